import { describe, expect, test } from '@jest/globals';
import { TestClock } from '../testing/test-clock.js';
import { WorkQueue } from './work-queue.js';

/** A queue whose work ends when the test says so. */
function scripted(concurrency = 2): {
  queue: WorkQueue;
  clock: TestClock;
  started: string[];
  finish: (key: string, result?: number | Error) => Promise<void>;
} {
  const clock = new TestClock();
  const started: string[] = [];
  const open = new Map<string, (result: number | Error | undefined) => void>();
  const queue = new WorkQueue({
    concurrency,
    clock,
    onError: () => undefined,
    reconcile: (key) => {
      started.push(key);
      return new Promise((resolve, reject) => {
        open.set(key, (result) => (result instanceof Error ? reject(result) : resolve(result)));
      });
    },
  });
  const finish = async (key: string, result?: number | Error): Promise<void> => {
    open.get(key)?.(result);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, clock, started, finish };
}

describe('WorkQueue', () => {
  test('works on a key once, however often it was added before', async () => {
    const { queue, started, finish } = scripted();
    queue.add('a');
    queue.add('a');
    queue.start();
    await finish('a');
    expect(started).toEqual(['a']);
  });

  test('never works on a key twice at once, and again when it was added meanwhile', async () => {
    const { queue, started, finish } = scripted();
    queue.start();
    queue.add('a');
    queue.add('a');
    queue.add('a');
    expect(started).toEqual(['a']);
    await finish('a');
    expect(started).toEqual(['a', 'a']);
  });

  test('works on as many keys at once as it may, in order', async () => {
    const { queue, started, finish } = scripted(2);
    queue.start();
    for (const key of ['a', 'b', 'c']) queue.add(key);
    expect(started).toEqual(['a', 'b']);
    expect(queue.depth).toBe(1);
    await finish('b');
    expect(started).toEqual(['a', 'b', 'c']);
  });

  test('comes back when the work asked for it', async () => {
    const { queue, clock, started, finish } = scripted();
    queue.start();
    queue.add('a');
    await finish('a', clock.now() + 10_000);
    clock.advance(9_999);
    expect(started).toEqual(['a']);
    clock.advance(1);
    expect(started).toEqual(['a', 'a']);
  });

  test('comes back earlier when the key is added, and then not a second time', async () => {
    const { queue, clock, started, finish } = scripted();
    queue.start();
    queue.add('a');
    await finish('a', clock.now() + 10_000);
    queue.add('a');
    await finish('a');
    clock.advance(20_000);
    expect(started).toEqual(['a', 'a']);
  });

  test('comes back after a failure, later each time', async () => {
    const { queue, clock, started, finish } = scripted();
    queue.start();
    queue.add('a');
    for (let failure = 0; failure < 8; failure += 1) {
      await finish('a', new Error('no'));
      await new Promise((resolve) => setImmediate(resolve));
    }
    // The eighth pause, 640 ms, is the first that a test clock does not skip.
    expect(started).toHaveLength(8);
    clock.advance(640);
    expect(started).toHaveLength(9);
  });

  test('stops when what is under way is through, and takes no more', async () => {
    const { queue, started, finish } = scripted();
    queue.start();
    queue.add('a');
    const stopped = queue.stop();
    queue.add('b');
    await finish('a');
    await stopped;
    expect(started).toEqual(['a']);
  });
});
