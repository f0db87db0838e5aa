import { describe, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { KubeError, refOf } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { marked } from '../provision/ownership.js';
import { awaitReady } from './await-ready.js';

const LABELS = { app: 'back-end' };

function object(apiVersion: string, kind: string, name: string, spec: JsonObject = {}): KubeObject {
  return { apiVersion, kind, metadata: marked({ name, namespace: 'n' }, 'i'), spec };
}

const DEPLOYMENT = object('apps/v1', 'Deployment', 'back-end', { selector: { matchLabels: LABELS } });
const SERVICE = object('v1', 'Service', 'api', { selector: LABELS });
const JOB = object('batch/v1', 'Job', 'init');
const DATABASE = object('db.example.com/v1', 'Database', 'db');
const AVAILABLE = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
const ENDPOINTS: KubeObject = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'api', namespace: 'n' },
  subsets: [{ addresses: [{ ip: '10.0.0.1' }] }],
};

function pod(name: string, reason: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'n', labels: LABELS },
    spec: {},
    status: { phase: 'Pending', containerStatuses: [{ name: 'main', state: { waiting: { reason } } }] },
  };
}

/** Timers that end when a test says so, or when what they are for is over. */
function clock() {
  const timers: { milliseconds: number; end: () => void }[] = [];
  return {
    delay: async (milliseconds: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        timers.push({ milliseconds, end: resolve });
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve());
      }),
    /** Ends all timers of this length. */
    end: (length: number) => {
      timers.filter(({ milliseconds }) => milliseconds === length).forEach(({ end }) => end());
    },
    /** Ends all timers up to this length. */
    endUpTo: (length: number) => {
      timers.filter(({ milliseconds }) => milliseconds <= length).forEach(({ end }) => end());
    },
  };
}

/** Starts to wait for what is in the cluster; `told(text)` settles when that is awaited. */
function waitFor(kube: MemoryKube, objects: KubeObject[], signal = new AbortController().signal) {
  const time = clock();
  const texts: string[] = [];
  const listeners: (() => void)[] = [];
  const outcome = awaitReady(kube, [objects], {
    signal,
    timeoutSeconds: 300,
    delay: time.delay,
    progress(text) {
      texts.push(text);
      listeners.forEach((listener) => listener());
    },
  });
  // The test looks at it later.
  outcome.catch(() => undefined);
  const told = async (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (texts.at(-1) === text) resolve();
      };
      listeners.push(look);
      look();
    });
  return { outcome, texts, told, ...time };
}

async function setStatus(kube: MemoryKube, of: KubeObject, status: JsonObject): Promise<void> {
  await kube.patch(refOf(of), { type: 'merge', body: { status } }, { subresource: 'status' });
}

describe('waiting', () => {
  test('ends when everything is ready, and tells on the way what is awaited', async () => {
    const kube = new MemoryKube();
    kube.seed(SERVICE, DEPLOYMENT, object('v1', 'ConfigMap', 'settings'));
    const { outcome, told, texts } = waitFor(kube, [
      SERVICE,
      DEPLOYMENT,
      object('v1', 'ConfigMap', 'settings'),
    ]);
    await told('Deployment back-end: its controller has not taken it up yet');
    await setStatus(kube, DEPLOYMENT, { observedGeneration: 1, updatedReplicas: 1 });
    await told('Deployment back-end: 0 of 1 available');
    kube.seed(pod('p', 'ImagePullBackOff'));
    await told('Deployment back-end: 0 of 1 available: ImagePullBackOff');
    await setStatus(kube, DEPLOYMENT, AVAILABLE);
    await told('Service api: no ready endpoints');
    kube.seed(ENDPOINTS);
    await outcome;
    expect(new Set(texts).size).toBe(texts.length);
  });

  test('is over at once for what is ready, and asks nothing about what can not be awaited', async () => {
    const kube = new MemoryKube();
    kube.failNext(({ kind }) => kind === 'ConfigMap', new KubeError('forbidden', 'may not'), Infinity);
    kube.seed({ ...DEPLOYMENT, status: AVAILABLE });
    await waitFor(kube, [object('v1', 'ConfigMap', 'settings')]).outcome;
    await waitFor(kube, [object('v1', 'ConfigMap', 'settings'), DEPLOYMENT]).outcome;
  });

  test('fails when the time is over, with what was missing', async () => {
    const kube = new MemoryKube();
    kube.seed(
      { ...DEPLOYMENT, status: { observedGeneration: 1, updatedReplicas: 1 } },
      pod('p', 'ImagePullBackOff'),
    );
    const { outcome, told, end } = waitFor(kube, [DEPLOYMENT]);
    await told('Deployment back-end: 0 of 1 available: ImagePullBackOff');
    end(300_000);
    await expect(outcome).rejects.toMatchObject({
      code: 'NotReady',
      message: 'Deployment back-end: 0 of 1 available: ImagePullBackOff; not ready within 300 s',
    });
  });

  test('fails at once when it does not help', async () => {
    const kube = new MemoryKube();
    const failed = { conditions: [{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded' }] };
    kube.seed(DEPLOYMENT, { ...JOB, status: failed });
    await expect(waitFor(kube, [DEPLOYMENT, JOB]).outcome).rejects.toMatchObject({
      code: 'NotReady',
      message: 'Job init: failed: DeadlineExceeded',
    });
  });

  test.each<[string, (kube: MemoryKube) => Promise<unknown>, string]>([
    ['is deleted', async (kube) => kube.remove(refOf(DEPLOYMENT)), 'Deployment back-end: is gone'],
    [
      'is deleted and held by a finalizer',
      async (kube) => {
        await kube.patch(refOf(DEPLOYMENT), {
          type: 'merge',
          body: { metadata: { finalizers: ['x.io/y'] } },
        });
        await kube.remove(refOf(DEPLOYMENT));
      },
      'Deployment back-end: is being deleted',
    ],
  ])('fails when an object %s', async (_what, remove, message) => {
    const kube = new MemoryKube();
    kube.seed(DEPLOYMENT);
    const { outcome, told } = waitFor(kube, [DEPLOYMENT]);
    await told('Deployment back-end: its controller has not taken it up yet');
    await remove(kube);
    await expect(outcome).rejects.toMatchObject({ code: 'NotReady', message });
  });

  test('fails when an object was gone before it began', async () => {
    await expect(waitFor(new MemoryKube(), [DEPLOYMENT]).outcome).rejects.toMatchObject({
      message: 'Deployment back-end: is gone',
    });
  });

  test('ends with the reason of its signal, before and while it waits', async () => {
    const kube = new MemoryKube();
    kube.seed(DEPLOYMENT);
    const reason = new Error('taken over');
    await expect(waitFor(kube, [DEPLOYMENT], AbortSignal.abort(reason)).outcome).rejects.toBe(reason);
    const halt = new AbortController();
    const { outcome, told } = waitFor(kube, [DEPLOYMENT], halt.signal);
    await told('Deployment back-end: its controller has not taken it up yet');
    halt.abort(reason);
    await expect(outcome).rejects.toBe(reason);
  });

  test('gives a custom resource time to get a status', async () => {
    const kube = new MemoryKube();
    kube.seed(DATABASE);
    const { outcome, told } = waitFor(kube, [DATABASE]);
    await told('Database db: has no status yet');
    await kube.patch(refOf(DATABASE), {
      type: 'merge',
      body: { status: { conditions: [{ type: 'Ready', status: 'False', reason: 'Creating' }] } },
    });
    await told('Database db: Ready is False: Creating');
    await kube.patch(refOf(DATABASE), {
      type: 'merge',
      body: { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
    });
    await outcome;
  });

  test('takes a custom resource for ready that never gets a status', async () => {
    const kube = new MemoryKube();
    kube.seed(DATABASE);
    const { outcome, told, end } = waitFor(kube, [DATABASE]);
    await told('Database db: has no status yet');
    end(10_000);
    await outcome;
  });
});

describe('trouble with the API server', () => {
  test('is ridden out', async () => {
    const kube = new MemoryKube();
    kube.seed({ ...DEPLOYMENT, status: { observedGeneration: 1, updatedReplicas: 1 } });
    kube.failNext('list', new KubeError('unavailable', 'no connection'));
    kube.failNext('watch', new KubeError('gone', 'too old'));
    const { outcome, told, endUpTo } = waitFor(kube, [DEPLOYMENT]);
    await told('Deployment back-end: can not be read for now: no connection');
    endUpTo(5_000);
    await told('Deployment back-end: 0 of 1 available');
    endUpTo(5_000);
    await setStatus(kube, DEPLOYMENT, AVAILABLE);
    endUpTo(5_000);
    await outcome;
  });

  test('is told when it lasts', async () => {
    const kube = new MemoryKube();
    kube.failNext('list', new KubeError('timeout', 'no answer'), Infinity);
    const { outcome, told, end } = waitFor(kube, [DEPLOYMENT]);
    await told('Deployment back-end: can not be read for now: no answer');
    end(300_000);
    await expect(outcome).rejects.toMatchObject({
      code: 'NotReady',
      message: 'Deployment back-end: can not be read for now: no answer; not ready within 300 s',
    });
  });

  test('is final when the broker may not look', async () => {
    const kube = new MemoryKube();
    kube.failNext('list', new KubeError('forbidden', 'may not list deployments'));
    await expect(waitFor(kube, [DEPLOYMENT]).outcome).rejects.toMatchObject({
      code: 'NotReady',
      message: expect.stringContaining(
        'waiting for Deployment n/back-end was refused: may not list deployments',
      ),
    });
  });

  test('does without Pods and Endpoints that may not be read', async () => {
    const kube = new MemoryKube();
    kube.failNext(
      ({ kind }) => kind === 'Pod' || kind === 'Endpoints',
      new KubeError('forbidden', 'no'),
      Infinity,
    );
    kube.seed(SERVICE, { ...DEPLOYMENT, status: { observedGeneration: 1, updatedReplicas: 1 } });
    const { outcome, told } = waitFor(kube, [SERVICE, DEPLOYMENT]);
    await told('Deployment back-end: 0 of 1 available');
    await setStatus(kube, DEPLOYMENT, AVAILABLE);
    await outcome;
  });
});

test('watches nothing any more when it is over', async () => {
  const kube = new MemoryKube();
  const open = new Set<string>();
  const watch = kube.watch.bind(kube);
  kube.watch = async function* (query, version, options) {
    open.add(query.kind);
    try {
      yield* watch(query, version, options);
    } finally {
      open.delete(query.kind);
    }
  };
  kube.seed(
    SERVICE,
    { ...DEPLOYMENT, status: { observedGeneration: 1, updatedReplicas: 1 } },
    pod('p', 'Pending'),
  );
  const { outcome, told } = waitFor(kube, [SERVICE, DEPLOYMENT]);
  await told('Deployment back-end: 0 of 1 available: Pending');
  await setStatus(kube, DEPLOYMENT, AVAILABLE);
  kube.seed(ENDPOINTS);
  await outcome;
  expect(open).toEqual(new Set());
});
