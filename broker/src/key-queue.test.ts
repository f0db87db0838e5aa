import { expect, test } from '@jest/globals';
import { KeyQueue } from './key-queue.js';

test('runs tasks of one key in order and those of others meanwhile', async () => {
  const queue = new KeyQueue();
  const events: string[] = [];
  const gate = Promise.withResolvers<undefined>();
  const first = queue.run('a', async () => {
    events.push('first starts');
    await gate.promise;
    events.push('first ends');
  });
  const second = queue.run('a', async () => Promise.resolve(events.push('second')));
  await queue.run('b', async () => Promise.resolve(events.push('other')));
  expect(events).toEqual(['first starts', 'other']);
  gate.resolve(undefined);
  await Promise.all([first, second]);
  expect(events).toEqual(['first starts', 'other', 'first ends', 'second']);
});

test('gives back outcomes, goes on after failures and forgets idle keys', async () => {
  const queue = new KeyQueue();
  const failing = queue.run('a', async () => Promise.reject(new Error('no')));
  const next = queue.run('a', async () => Promise.resolve(2));
  await expect(failing).rejects.toThrow('no');
  await expect(next).resolves.toBe(2);
  expect(queue.size).toBe(0);
});
