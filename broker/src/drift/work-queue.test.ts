import { describe, expect, test } from '@jest/globals';
import { WorkQueue } from './work-queue.js';

/** A queue whose work waits until the test ends it. */
function held(workers: number) {
  const begun: [string, unknown][] = [];
  const ends: (() => void)[] = [];
  const queue = new WorkQueue<string>(workers, async (id, scope) => {
    begun.push([id, scope === 'all' ? scope : [...scope]]);
    await new Promise<void>((resolve) => ends.push(resolve));
  });
  const endFirst = async (): Promise<void> => {
    ends.shift()?.();
    // The queue goes on in later turns.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  };
  return { queue, begun, endFirst };
}

describe('the queue', () => {
  test('does one thing at a time for an instance and what came meanwhile in one go', async () => {
    const { queue, begun, endFirst } = held(2);
    queue.add('a', 'x');
    queue.add('a', 'y');
    queue.add('a', 'z');
    queue.add('a', 'y');
    expect(begun).toEqual([['a', ['x']]]);
    await endFirst();
    expect(begun).toEqual([
      ['a', ['x']],
      ['a', ['y', 'z']],
    ]);
  });

  test('does no more than it has workers for, in the order of arrival', async () => {
    const { queue, begun, endFirst } = held(2);
    for (const id of ['a', 'b', 'c', 'd']) queue.add(id);
    expect(begun.map(([id]) => id)).toEqual(['a', 'b']);
    await endFirst();
    expect(begun.map(([id]) => id)).toEqual(['a', 'b', 'c']);
  });

  test('takes the whole for more than a part, whichever comes first', async () => {
    const { queue, begun, endFirst } = held(1);
    queue.add('busy');
    queue.add('a', 'x');
    queue.add('a');
    queue.add('b');
    queue.add('b', 'x');
    await endFirst();
    await endFirst();
    expect(begun.slice(1)).toEqual([
      ['a', 'all'],
      ['b', 'all'],
    ]);
  });

  test('forgets, and ends when what runs has ended', async () => {
    const { queue, begun, endFirst } = held(1);
    queue.add('a');
    queue.add('b');
    queue.add('c');
    queue.forget('b');
    const stopped = queue.stop();
    await endFirst();
    await stopped;
    queue.add('d');
    expect(begun).toEqual([['a', 'all']]);
  });
});
