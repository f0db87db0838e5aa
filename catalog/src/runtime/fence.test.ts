import { expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import type { OsbResult } from '../osb/osb.js';
import { fencedKube, fencedSend } from './fence.js';

const MAP: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'ns' } };
const REF = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns', name: 'x' };

/** Whether it has settled when everything that can go on has gone on. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = (): void => {
    settled = true;
  };
  promise.then(note, note);
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

test('who may act writes', async () => {
  const kube = new MemoryKube();
  await fencedKube(kube, () => true).create(MAP);
  expect(await kube.get(REF)).toMatchObject(MAP);
});

test('who may not act writes nothing, and is told nothing; it reads', async () => {
  const kube = new MemoryKube();
  const stored = await kube.create(MAP);
  const fenced = fencedKube(kube, () => false);
  const changed = { ...stored, data: { a: 'b' } };
  const attempts = [
    fenced.create({ ...MAP, metadata: { name: 'y', namespace: 'ns' } }),
    fenced.update(changed),
    fenced.apply({ ...MAP, data: { a: 'b' } }),
    fenced.patch(REF, { type: 'merge', body: { data: { a: 'b' } } }),
    fenced.remove(REF),
  ];
  expect(await Promise.all(attempts.map(settles))).toEqual(attempts.map(() => false));
  expect(kube.objects()).toEqual([stored]);
  expect(await fenced.get(REF)).toEqual(stored);
  expect((await fenced.list(REF)).items).toEqual([stored]);
});

test('a broker is not called by who may not act, and an answer that comes too late is dropped', async () => {
  let mayAct = true;
  let calls = 0;
  let answer: (result: OsbResult) => void = () => undefined;
  const send = fencedSend(
    () => {
      calls += 1;
      return new Promise((resolve) => (answer = resolve));
    },
    () => mayAct,
  );
  const connection = { url: 'http://broker', insecureSkipTLSVerify: false };
  const request = { method: 'GET', path: ['v2', 'catalog'] } as const;
  const first = send(connection, request);
  answer({ type: 'answer', status: 200 });
  expect(await first).toEqual({ type: 'answer', status: 200 });
  const late = send(connection, request);
  mayAct = false;
  answer({ type: 'answer', status: 200 });
  expect(await settles(late)).toBe(false);
  expect(await settles(send(connection, request))).toBe(false);
  expect(calls).toBe(2);
});
