import { expect, test } from '@jest/globals';
import type { Kube, KubeObject, WatchEvent } from '@mesitis/kube';
import { KubeError } from '@mesitis/kube';
import { waitUntilGone } from './wait-until-gone.js';

const OBJECT: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n', uid: '1' },
};
const SUCCESSOR: KubeObject = { ...OBJECT, metadata: { ...OBJECT.metadata, uid: '2' } };

/** A cluster whose lists and watches are told beforehand. */
function scripted(
  lists: KubeObject[][],
  watches: (WatchEvent[] | KubeError)[],
): Pick<Kube, 'list' | 'watch'> {
  return {
    list: async () => Promise.resolve({ items: lists.shift() ?? [], resourceVersion: '1' }),
    async *watch() {
      await Promise.resolve();
      const events = watches.shift() ?? [];
      if (events instanceof KubeError) throw events;
      yield* events;
    },
  };
}

const deleted = (object: KubeObject): WatchEvent => ({ type: 'DELETED', object });

test.each<[string, KubeObject[][], (WatchEvent[] | KubeError)[]]>([
  ['it is gone already', [[]], []],
  ['another object took its name', [[SUCCESSOR]], []],
  ['the watch says so', [[OBJECT]], [[{ type: 'MODIFIED', object: OBJECT }, deleted(OBJECT)]]],
  ['the watch was closed and the next list says so', [[OBJECT], []], [[]]],
  ['the watch was too old and the next list says so', [[OBJECT], []], [new KubeError('gone', 'too old')]],
])('returns when %s', async (_when, lists, watches) => {
  await expect(
    waitUntilGone(scripted(lists, watches), OBJECT, AbortSignal.timeout(5_000)),
  ).resolves.toBeUndefined();
  expect(lists).toEqual([]);
});

test('does not take the end of another object for its own', async () => {
  const kube = scripted([[OBJECT], [OBJECT]], [[deleted(SUCCESSOR)], [deleted(OBJECT)]]);
  await expect(waitUntilGone(kube, OBJECT, AbortSignal.timeout(5_000))).resolves.toBeUndefined();
});

test('passes on what the API server says', async () => {
  const kube = scripted([[OBJECT]], [new KubeError('forbidden', 'may not watch pods')]);
  await expect(waitUntilGone(kube, OBJECT, AbortSignal.timeout(5_000))).rejects.toMatchObject({
    code: 'DeprovisionIncomplete',
    message: expect.stringContaining('waiting for Pod n/p to go was refused: may not watch pods'),
  });
});

test('ends when the time is over', async () => {
  await expect(waitUntilGone(scripted([[OBJECT]], [[]]), OBJECT, AbortSignal.abort())).rejects.toMatchObject({
    code: 'DeprovisionIncomplete',
    message: 'Pod n/p is not gone yet; ask again',
  });
});
