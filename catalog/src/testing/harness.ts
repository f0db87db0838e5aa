import type { Json, Kube, KubeObject, ObjectRef } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { pino } from 'pino';
import { CatalogController } from '../controller.js';
import { noMetrics } from '../metrics/metrics.js';
import type { Metrics } from '../metrics/metrics.js';
import { API_VERSION } from '../model/kinds.js';
import type { Condition } from '../model/conditions.js';
import type { OsbTransport } from '../osb/osb.js';
import { OsbClient } from '../osb/osb-client.js';
import type { CrashPoint } from './crash-point.js';
import type { Features } from '../runtime/features.js';
import { ScriptedBroker } from './scripted-broker.js';
import { TestClock } from './test-clock.js';

/** The namespace of the consumers in tests. */
export const NAMESPACE = 'client-ns';

/** An object of our API in {@link NAMESPACE}, or without one. */
export function object(kind: string, name: string, spec: Record<string, unknown>): KubeObject {
  const clusterScoped = kind.startsWith('Cluster');
  return {
    apiVersion: API_VERSION,
    kind,
    metadata: { name, ...(clusterScoped ? {} : { namespace: NAMESPACE }) },
    spec,
  };
}

/** The condition of that type of a stored object. */
export function condition(stored: KubeObject | undefined, type = 'Ready'): Condition | undefined {
  const status = stored?.['status'] as { conditions?: Condition[] } | undefined;
  return status?.conditions?.find((candidate) => candidate.type === type);
}

/** Whether a stored object is ready. */
export function isReady(stored: KubeObject | undefined): boolean {
  return condition(stored)?.status === 'True';
}

/** More than a busy machine needs for an answer; only a broker that hangs is waited for so long. */
const OSB_TIMEOUT_MS = 2_000;

/** The controller on an API server in memory, with a broker over real HTTP and time in the test's hands. */
export class Harness {
  readonly kube = new MemoryKube();
  readonly clock = new TestClock();
  readonly broker: ScriptedBroker;
  /** For the controllers to be started. */
  features: Partial<Features> = {};
  /** Likewise. */
  metrics: Metrics = noMetrics;
  readonly #osb = new OsbClient({ timeoutMs: OSB_TIMEOUT_MS, apiVersion: '2.17' });
  readonly #send: OsbTransport = (connection, request) => this.#osb.send(connection, request);
  readonly #controllers: CatalogController[] = [];
  #ids = 0;

  private constructor(broker: ScriptedBroker) {
    this.broker = broker;
    this.kube.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  }

  /** A harness whose broker has this catalog. The controller is not started yet. */
  static async start(catalog: Json): Promise<Harness> {
    return new Harness(await ScriptedBroker.start(catalog));
  }

  /** Starts a controller; one with a crash point dies there and is not waited for. */
  async controller(crash?: CrashPoint): Promise<CatalogController> {
    const controller = this.#build(crash?.kube(this.kube), crash?.send(this.#send));
    if (crash === undefined) this.#controllers.push(controller);
    await controller.start();
    return controller;
  }

  /** A controller that stands by, over another way to the API server if need be; resolves when it could start. */
  async standby(kube?: Kube): Promise<CatalogController> {
    const controller = this.#build(kube);
    this.#controllers.push(controller);
    while (!controller.isReady()) await new Promise((resolve) => setImmediate(resolve));
    return controller;
  }

  #build(kube: Kube = this.kube, send = this.#send): CatalogController {
    return new CatalogController({
      kube,
      send,
      clusterId: 'cluster-1',
      clock: this.clock,
      newId: () => `id-${(this.#ids += 1)}`,
      log: pino({ level: 'silent' }),
      concurrency: 5,
      relistIntervalMs: 86_400_000,
      features: this.features,
      metrics: this.metrics,
    });
  }

  /** Creates an object. */
  create(kind: string, name: string, spec: Record<string, unknown>): Promise<KubeObject> {
    return this.kube.create(object(kind, name, spec));
  }

  /** Registers the harness's broker and waits until its catalog is there. */
  async register(kind = 'ClusterServiceBroker', spec: Record<string, unknown> = {}): Promise<KubeObject> {
    await this.create(kind, 'broker', { url: `${this.broker.url}/`, ...spec });
    return this.until(kind, 'broker', isReady);
  }

  /** The stored object. */
  get(kind: string, name: string): Promise<KubeObject | undefined> {
    return this.kube.get(this.#ref(kind, name));
  }

  /** Asks for deletion. */
  async remove(kind: string, name: string): Promise<void> {
    await this.kube.remove(this.#ref(kind, name));
  }

  /** Resolves with the object as soon as it is as wanted. */
  async until(kind: string, name: string, wanted: (stored: KubeObject) => boolean): Promise<KubeObject> {
    for await (const stored of this.#versions(kind, name)) {
      if (stored !== undefined && wanted(stored)) return stored;
    }
    throw new Error(`the watch of ${kind} ended`);
  }

  /** Resolves when the object is gone. */
  async untilGone(kind: string, name: string): Promise<void> {
    for await (const stored of this.#versions(kind, name)) if (stored === undefined) return;
  }

  /** Resolves when the object's condition has this reason. */
  untilReason(kind: string, name: string, reason: string, type = 'Ready'): Promise<KubeObject> {
    return this.until(kind, name, (stored) => condition(stored, type)?.reason === reason);
  }

  /** Stops the controllers that run. */
  async stopControllers(): Promise<void> {
    await Promise.all(this.#controllers.splice(0).map((controller) => controller.stop()));
  }

  /** Stops everything that runs. */
  async stop(): Promise<void> {
    await this.stopControllers();
    this.#osb.close();
    await this.broker.stop();
  }

  async *#versions(kind: string, name: string): AsyncGenerator<KubeObject | undefined> {
    const ref = this.#ref(kind, name);
    const { items, resourceVersion } = await this.kube.list(ref);
    yield items.find(({ metadata }) => metadata.name === name);
    const stopped = new AbortController();
    try {
      for await (const event of this.kube.watch(ref, resourceVersion, { signal: stopped.signal })) {
        if (event.object.metadata.name === name) yield event.type === 'DELETED' ? undefined : event.object;
      }
    } finally {
      stopped.abort();
    }
  }

  #ref(kind: string, name: string): ObjectRef {
    const apiVersion = kind === 'Secret' || kind === 'Event' ? 'v1' : API_VERSION;
    return { apiVersion, kind, name, ...(kind.startsWith('Cluster') ? {} : { namespace: NAMESPACE }) };
  }
}
