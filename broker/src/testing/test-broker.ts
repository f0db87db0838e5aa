import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import type { Broker, BrokerTimes } from '../broker.js';
import { createBroker } from '../broker.js';
import type { CredentialOf, CredentialSource } from '../credential/credential-source.js';
import { authenticator } from '../http/authentication.js';
import { serve } from '../http/serve.js';
import { createLogger } from '../log.js';
import { noMetrics } from '../metrics/metrics.js';
import type { InstanceStore } from '../store/instance-store.js';
import { MemoryInstanceStore } from '../store/memory-instance-store.js';
import type { CrashPoint } from './crash-point.js';
import { PROVIDER } from './fixtures.js';

/** An answer over HTTP, its JSON parsed. */
export interface TestAnswer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** A header set to undefined is not sent. */
export type TestHeaders = Record<string, string | undefined>;

/** A broker that listens on a free port, over a Kubernetes in memory. */
export interface TestBroker {
  kube: MemoryKube;
  store: InstanceStore;
  broker: Broker;
  /** The log's lines so far. */
  logs: Record<string, unknown>[];
  /** Sends a request as a well-behaved platform would, unless headers say otherwise. A string body goes as it is. */
  send: (method: string, path: string, body?: unknown, headers?: TestHeaders) => Promise<TestAnswer>;
  stop: () => Promise<void>;
}

/** What a test may choose. */
export interface TestBrokerOptions {
  /** What is in the cluster at first. */
  objects?: KubeObject[];
  kube?: MemoryKube;
  /** False: answer before the catalog has been read. */
  waitForCatalog?: boolean;
  /** Of the instances; the caller may share it with another broker. */
  store?: InstanceStore;
  times?: Partial<BrokerTimes>;
  /** What the broker dies of once that is armed. */
  crash?: CrashPoint;
  vault?: CredentialSource<CredentialOf<'CredentialFromVault'>>;
}

/** What the test brokers let in; one object, because it never changes. */
const CREDENTIALS = { basic: [{ username: 'platform', password: 'secret' }], bearer: [] };

const AUTHORIZATION = `Basic ${Buffer.from('platform:secret').toString('base64')}`;

/** Starts a broker for a test; the test stops it. */
export async function startTestBroker(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const { kube = new MemoryKube(), objects = [], waitForCatalog = true, times, crash, vault } = options;
  kube.seed(...objects);
  const logs: Record<string, unknown>[] = [];
  const { store = new MemoryInstanceStore() } = options;
  const broker = createBroker({
    kube: crash?.kube(kube) ?? kube,
    store: crash?.store(store) ?? store,
    logger: createLogger({ write: (line) => logs.push(JSON.parse(line) as Record<string, unknown>) }),
    namespace: PROVIDER,
    clusterDomain: 'cluster.local',
    authenticator: authenticator(() => CREDENTIALS),
    metrics: noMetrics,
    times: {
      leaseMs: 10_000,
      timeoutMs: 600_000,
      syncBudgetMs: 5_000,
      removalTimeoutMs: 5_000,
      patienceMs: 10_000,
      ...times,
    },
    repairsDrift: false,
    now: () => performance.now(),
    today: () => new Date('2026-01-02T03:04:05Z'),
    newId: randomUUID,
    randomBytes,
    ...(vault === undefined ? {} : { vault }),
  });
  const serving = await serve(broker.listener, 0);
  if (waitForCatalog) await broker.synced;
  return {
    kube,
    store,
    broker,
    logs,
    async send(method, path, body, headers = {}) {
      const response = await fetch(`http://127.0.0.1:${serving.port}${path}`, {
        method,
        headers: headersOf(body, headers),
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
    },
    async stop() {
      await serving.stop(0);
      await broker.stop(0);
    },
  };
}

function headersOf(body: unknown, headers: TestHeaders): Headers {
  const all: TestHeaders = {
    authorization: AUTHORIZATION,
    'x-broker-api-version': '2.17',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  };
  const result = new Headers();
  for (const [name, value] of Object.entries(all)) if (value !== undefined) result.set(name, value);
  return result;
}

/** To be called once in a test file: gives a function that starts brokers, which are stopped after each test. */
export function testBrokers(): (options: TestBrokerOptions) => Promise<TestBroker> {
  const running: TestBroker[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map(async (broker) => broker.stop()));
  });
  return async (options) => {
    const broker = await startTestBroker(options);
    running.push(broker);
    return broker;
  };
}

/** What brokers made: the objects that carry an instance's mark, as `Kind namespace/name`, in the order of creation. */
export function madeObjects(kube: MemoryKube): string[] {
  return kube
    .objects()
    .filter(({ metadata }) => metadata.labels?.['mesitis/instance-id'] !== undefined)
    .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`);
}
