import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { refreshedValue } from '../refreshed-value.js';
import type {
  InstanceCount,
  MeteredOperation,
  MeteredRequest,
  Metrics,
  OperationOutcome,
} from './metrics.js';

/** Where the numbers come from that nobody reports. */
export interface PrometheusMetricsOptions {
  /** Of the broker. */
  version: string;
  /** What /status tells of the catalog. */
  catalog: () => { services: number; plans: number; rejected: readonly unknown[] };
  /**
   * Counts the instances in the store; absent: not told. Called only when somebody reads the metrics, every 30 s at most
   * and more seldom when it takes long, since it may read the whole store.
   */
  instances?: () => Promise<readonly InstanceCount[]>;
  /** Monotonic milliseconds. */
  now: () => number;
}

/** The body of /metrics. */
export interface RenderedMetrics {
  contentType: string;
  body: string;
}

const PREFIX = 'mesitis_broker_';

/** The methods that have a series; whatever else a client makes up is `other`. */
const METHODS = new Set(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'POST', 'OPTIONS']);

/** Kinds of objects are the providers' choice; beyond so many they are counted as `other`. */
const KINDS_LIMIT = 50;

/** From a catalog out of memory to a provision that is answered when everything is ready. */
const REQUEST_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60];

/** From one object to a Helm release that takes its whole time limit. */
const OPERATION_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

/**
 * Counting instances: every 30 s at most, and no more than a fiftieth of the time; a scrape waits 2 s; what is older than
 * 10 min is not told.
 */
const COUNTING = { freshMs: 30_000, staleMs: 600_000, restFactor: 50, patienceMs: 2_000 };

/** Numbers for Prometheus, in a registry of its own, with those of the process and of Node. */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #kinds = new Set<string>();
  readonly #requests = this.#counter(
    'http_requests_total',
    'Requests that were answered or broken off, by the template of their path.',
    ['method', 'route', 'code'],
  );
  readonly #requestSeconds = this.#histogram(
    'http_request_duration_seconds',
    'How long requests took, from their headers to the end of their answer.',
    { labels: ['method', 'route'], buckets: REQUEST_BUCKETS },
  );
  readonly #operations = this.#counter('operations_total', 'Operations that ended.', ['type', 'outcome']);
  readonly #operationSeconds = this.#histogram(
    'operation_duration_seconds',
    'How long operations took until they ended, however they ended.',
    { labels: ['type'], buckets: OPERATION_BUCKETS },
  );
  readonly #running = this.#gauge('operations_running', 'Operations that this process carries out now.');
  readonly #repairs = this.#counter('drift_repairs_total', 'Objects that were put back as they were made.', [
    'kind',
  ]);
  readonly #failedRepairs = this.#counter(
    'drift_repair_failures_total',
    'Attempts to put an object back that failed.',
    ['kind'],
  );
  readonly #leasesRenewed = this.#counter('leases_renewed_total', 'Leases of credentials that were renewed.');
  readonly #leasesFailed = this.#counter(
    'leases_failed_total',
    'Leases of credentials that could not be renewed.',
  );
  readonly #storeErrors = this.#counter(
    'store_errors_total',
    'Requests to the store of instances that it did not answer.',
  );

  constructor({ version, catalog, instances, now }: PrometheusMetricsOptions) {
    collectDefaultMetrics({ register: this.#registry });
    this.#gauge('build_info', 'Always 1; the labels tell what runs.', ['version', 'node']).set(
      { version, node: process.version },
      1,
    );
    this.#gaugeOf('catalog_services', 'Services in the catalog.', () => catalog().services);
    this.#gaugeOf('catalog_plans', 'Plans in the catalog.', () => catalog().plans);
    this.#gaugeOf(
      'catalog_rejected',
      'ConfigMaps that are left out of the catalog; /status names them.',
      () => catalog().rejected.length,
    );
    if (instances !== undefined) this.#countInstances(instances, now);
  }

  requestFinished({ method, route, status, seconds }: MeteredRequest): void {
    const labels = { method: METHODS.has(method) ? method : 'other', route };
    this.#requests.inc({ ...labels, code: String(status) });
    this.#requestSeconds.observe(labels, seconds);
  }

  operationFinished(type: MeteredOperation, outcome: OperationOutcome, seconds: number): void {
    this.#operations.inc({ type, outcome });
    this.#operationSeconds.observe({ type }, seconds);
  }

  operationsRunning(count: number): void {
    this.#running.set(count);
  }

  driftRepaired(kind: string): void {
    this.#repairs.inc({ kind: this.#boundedKind(kind) });
  }

  driftFailed(kind: string): void {
    this.#failedRepairs.inc({ kind: this.#boundedKind(kind) });
  }

  leaseRenewed(ok: boolean): void {
    (ok ? this.#leasesRenewed : this.#leasesFailed).inc();
  }

  storeError(): void {
    this.#storeErrors.inc();
  }

  /** The body of /metrics, in the text format of Prometheus. */
  async render(): Promise<RenderedMetrics> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  #boundedKind(kind: string): string {
    if (this.#kinds.size < KINDS_LIMIT) this.#kinds.add(kind);
    return this.#kinds.has(kind) ? kind : 'other';
  }

  #countInstances(ask: () => Promise<readonly InstanceCount[]>, now: () => number): void {
    const counted = refreshedValue({ ask, ...COUNTING, now });
    const gauge: Gauge = new Gauge({
      name: `${PREFIX}instances`,
      help: 'Instances in the store, by plan and state; counted every 30 s at most.',
      labelNames: ['service', 'plan', 'state'],
      registers: [this.#registry],
      async collect() {
        const counts = await counted();
        gauge.reset();
        for (const { count, service, plan, state } of counts ?? [])
          gauge.set({ service, plan, state }, count);
      },
    });
  }

  #counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name: `${PREFIX}${name}`, help, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name: `${PREFIX}${name}`, help, labelNames, registers: [this.#registry] });
  }

  #gaugeOf(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({
      name: `${PREFIX}${name}`,
      help,
      registers: [this.#registry],
      collect: () => gauge.set(read()),
    });
  }

  #histogram(
    name: string,
    help: string,
    { labels, buckets }: { labels: string[]; buckets: number[] },
  ): Histogram {
    return new Histogram({
      name: `${PREFIX}${name}`,
      help,
      labelNames: labels,
      buckets,
      registers: [this.#registry],
    });
  }
}
