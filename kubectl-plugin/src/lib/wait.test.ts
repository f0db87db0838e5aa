import { describe, expect, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { instance, ready } from '../testing/objects.js';
import { judgeReady } from './judgements.js';
import { instanceRef } from './service-catalog.js';
import { waitFor, type WaitOutcome } from './wait.js';

describe('waitFor', () => {
  const ref = instanceRef('client-ns', 'x');
  const start = (kube: MemoryKube, progress: string[] = []): Promise<WaitOutcome> =>
    waitFor({
      cluster: kube,
      ref,
      judge: judgeReady({ kind: 'instance', name: 'x' }),
      onProgress: (what) => progress.push(what),
      timeoutMs: 10_000,
      signal: new AbortController().signal,
    });

  test('is over at once when the object is as wanted', async () => {
    const kube = new MemoryKube();
    kube.seed(instance('x'));
    expect(await start(kube)).toMatchObject({ kind: 'met', object: { metadata: { name: 'x' } } });
  });

  test('survives an API server that goes away for a moment', async () => {
    const kube = new MemoryKube();
    kube.seed(instance('x', []));
    kube.failNext('list', new KubeError('unavailable', 'connect ECONNREFUSED'), 1);
    kube.failNext('watch', new KubeError('gone', 'too old'), 1);
    const progress: string[] = [];
    const outcome = start(kube, progress);
    const body = { status: { conditions: [ready('True', 'ProvisionedSuccessfully')] } };
    await kube.patch(ref, { type: 'merge', body }, { subresource: 'status' });
    expect(await outcome).toMatchObject({ kind: 'met' });
    expect(progress).toContain('the connection to the cluster is lost; trying again');
  });

  test('ends with the error when the server does not let us look', async () => {
    const kube = new MemoryKube();
    kube.failNext('list', new KubeError('forbidden', 'no'));
    await expect(start(kube)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  test('fails when someone else deletes the object', async () => {
    const kube = new MemoryKube();
    kube.seed(instance('x', []));
    const outcome = start(kube);
    await kube.remove(ref);
    expect(await outcome).toMatchObject({ kind: 'failed', why: "someone deleted instance 'x'" });
  });
});
