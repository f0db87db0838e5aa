import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { asBroker } from '../model/objects.js';
import { afterFetch, decideBroker } from './decide-broker.js';
import type { BrokerStep, BrokerWorld } from './decide-broker.js';

const FETCHED = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const DAY = 86_400_000;

function world(differences: Partial<BrokerWorld> = {}): BrokerWorld {
  return {
    now: FETCHED + 1,
    retryAt: 0,
    relistIntervalMs: DAY,
    credentialsChanged: false,
    instances: () => [],
    ...differences,
  };
}

function broker(spec: Record<string, unknown>, status: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: 'servicecatalog.k8s.io/v1beta1',
    kind: 'ClusterServiceBroker',
    metadata: { name: 'b', uid: 'u', generation: 3, finalizers: ['kubernetes-incubator/service-catalog'] },
    spec: { url: 'http://broker', ...spec },
    status: {
      conditions: [
        { type: 'Ready', status: 'True', reason: 'FetchedCatalog', message: '', lastTransitionTime: '' },
      ],
      reconciledGeneration: 3,
      lastCatalogRetrievalTime: new Date(FETCHED).toISOString(),
      ...status,
    },
  };
}

const until = (moment: number): BrokerStep => ({ type: 'wait', until: moment });
const fetch: BrokerStep = { type: 'fetch' };
const notReady = {
  conditions: [
    { type: 'Ready', status: 'False', reason: 'ErrorFetchingCatalog', message: '', lastTransitionTime: '' },
  ],
};

describe('the catalog of a broker', () => {
  interface Case {
    spec?: Record<string, unknown>;
    status?: Record<string, unknown>;
    world?: Partial<BrokerWorld>;
  }
  const MANUAL = { relistBehavior: 'Manual' };

  test.each<[string, Case, BrokerStep]>([
    ['is fetched after the interval of the controller', {}, until(FETCHED + DAY)],
    ['is fetched at that moment', { world: { now: FETCHED + DAY } }, fetch],
    [
      'is fetched after its own duration',
      { spec: { relistDuration: '15m0s' } },
      until(FETCHED + 15 * MINUTE),
    ],
    ['is fetched after so many seconds', { spec: { relistDuration: '90s' } }, until(FETCHED + 90_000)],
    ['has the interval for a duration of zero', { spec: { relistDuration: '0s' } }, until(FETCHED + DAY)],
    ['has the interval for what is no duration', { spec: { relistDuration: 'soon' } }, until(FETCHED + DAY)],
    [
      'has the interval for the zero values of a Go client',
      { spec: { relistBehavior: '', relistRequests: 0 } },
      until(FETCHED + DAY),
    ],
    [
      'is not fetched by itself when that is manual',
      { spec: { ...MANUAL, relistDuration: '1s' }, world: { now: FETCHED + DAY } },
      { type: 'idle' },
    ],
    [
      'is fetched when the spec was changed, relistRequests too',
      { spec: MANUAL, status: { reconciledGeneration: 2 } },
      fetch,
    ],
    [
      'is fetched when the credentials changed, manual or not',
      { spec: MANUAL, world: { credentialsChanged: true } },
      fetch,
    ],
    ['is fetched when it could not be the last time', { status: notReady }, fetch],
    [
      'is fetched after a pause when it could not be the last time',
      { status: notReady, world: { retryAt: FETCHED + 5_000 } },
      until(FETCHED + 5_000),
    ],
    ['is fetched when nobody knows when it was', { status: { lastCatalogRetrievalTime: null } }, fetch],
  ])('%s', (_name, { spec = {}, status = {}, world: differences = {} }, step) => {
    expect(decideBroker(asBroker(broker(spec, status)), world(differences))).toEqual(step);
  });

  test.each([
    ['soon', false],
    ['-5m', false],
    ['1h30m', true],
  ])('tells of a relistDuration of "%s" when it is unusable', (relistDuration, isUsable) => {
    const { conditions } = afterFetch(asBroker(broker({ relistDuration })), { ok: true, notes: [] }, FETCHED);
    const said =
      `Successfully fetched catalog entries from broker. relistDuration "${relistDuration}" is not a duration ` +
      'greater than zero such as "15m0s": the default applies.';
    expect(conditions?.[0]?.message === said).toBe(!isUsable);
  });
});

describe('a broker that is deleted', () => {
  const leaving = (status: Record<string, unknown> = {}): ReturnType<typeof asBroker> => {
    const stored = broker({}, status);
    stored.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    return asBroker(stored);
  };

  test('is dismantled when it has no instances, also one that was never reached', () => {
    expect(decideBroker(leaving(), world())).toEqual({ type: 'dismantle' });
    expect(decideBroker(leaving({ conditions: [] }), world())).toEqual({ type: 'dismantle' });
  });

  test('says which instances are in its way, five at most, and says it once', () => {
    const instances = (): string[] => ['ns/g', 'ns/f', 'ns/e', 'ns/d', 'ns/c', 'ns/b', 'ns/a'];
    const step = decideBroker(leaving(), world({ instances }));
    if (step.type !== 'update-status') throw new Error(step.type);
    expect(step.status.conditions).toMatchObject([
      {
        type: 'Ready',
        status: 'False',
        reason: 'DeletionBlockedByExistingInstances',
        message:
          'The broker cannot be deleted while instances of its classes exist: delete ' +
          'ns/a, ns/b, ns/c, ns/d, ns/e and 2 more first',
      },
    ]);
    expect(decideBroker(leaving(step.status), world({ instances }))).toEqual({ type: 'idle' });
    const fewer = decideBroker(leaving(step.status), world({ instances: () => ['ns/a'] }));
    expect(fewer).toMatchObject({
      type: 'update-status',
      status: { conditions: [{ message: expect.stringMatching(/: delete ns\/a first$/) }] },
    });
  });
});
