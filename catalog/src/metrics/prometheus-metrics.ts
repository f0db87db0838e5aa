import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BrokerCount, MeteredCall, MeteredReconcile, Metrics, Snapshot } from './metrics.js';
import { osbMethod, osbOutcome, osbStatus } from './osb-labels.js';

/** Where the numbers come from that nobody reports. */
export interface PrometheusMetricsOptions {
  /** Of the catalog. */
  version: string;
  /** Asked whenever the metrics are read. */
  snapshot: () => Snapshot;
}

/** The body of /metrics. */
export interface RenderedMetrics {
  contentType: string;
  body: string;
}

const PREFIX = 'mesitis_catalog_';

/** From an object with nothing to do to one that waits for a broker until its time is up. */
const RECONCILE_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** From a broker next door to one that uses up the time for a request. */
const CALL_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Numbers for Prometheus, in a registry of its own, with those of the process and of Node. The three series of the
 * archived controller keep their names, so that dashboards and alerts go on; what they tell of a broker ends with it.
 */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #snapshot: () => Snapshot;
  readonly #classes = this.#gauge(
    'servicecatalog_broker_service_class_count',
    'Service classes that a broker offers.',
    ['broker', 'namespace'],
  );
  readonly #plans = this.#gauge(
    'servicecatalog_broker_service_plan_count',
    'Service plans that a broker offers.',
    ['broker', 'namespace'],
  );
  readonly #requests = new Counter({
    name: 'servicecatalog_osb_request_count',
    help: 'Requests to a broker, by method of the Open Service Broker API and group of the status.',
    labelNames: ['broker', 'method', 'status'],
    registers: [this.#registry],
  });
  /** The labels in use of the series before, by broker. */
  readonly #requestLabels = new Map<string, Map<string, { method: string; status: string }>>();
  readonly #credentialsEnd = this.#gauge(
    `${PREFIX}credentials_end_timestamp_seconds`,
    'When the first credentials of a broker end that it has set an end to, in seconds since the epoch.',
    ['broker', 'namespace'],
  );
  readonly #credentialsOverdue = this.#gauge(
    `${PREFIX}credentials_overdue`,
    'Bindings that should have got new credentials by now because theirs end.',
    ['broker', 'namespace'],
  );
  readonly #leader = this.#gauge(
    `${PREFIX}leader`,
    'Whether this process is the one that works (1) or stands by (0).',
    [],
  );
  readonly #queues = this.#gauge(`${PREFIX}queue_depth`, 'Objects that wait for a worker, by queue.', [
    'queue',
  ]);
  readonly #reconcileSeconds = this.#histogram(
    'reconcile_duration_seconds',
    'How long one turn of working on an object took, calls to brokers included.',
    { labels: ['kind', 'outcome'], buckets: RECONCILE_BUCKETS },
  );
  readonly #callSeconds = this.#histogram(
    'broker_call_duration_seconds',
    'How long brokers took to answer, or not to.',
    { labels: ['method', 'outcome'], buckets: CALL_BUCKETS },
  );

  constructor({ version, snapshot }: PrometheusMetricsOptions) {
    this.#snapshot = snapshot;
    collectDefaultMetrics({ register: this.#registry });
    this.#gauge(`${PREFIX}build_info`, 'Always 1; the labels tell what runs.', ['version', 'node']).set(
      { version, node: process.version },
      1,
    );
  }

  brokerCalled({ broker, request, result, seconds }: MeteredCall): void {
    const method = osbMethod(request);
    const status = osbStatus(result);
    const known = this.#requestLabels.get(broker) ?? new Map<string, { method: string; status: string }>();
    this.#requestLabels.set(broker, known.set(`${method} ${status}`, { method, status }));
    this.#requests.inc({ broker, method, status });
    this.#callSeconds.observe({ method, outcome: osbOutcome(result) }, seconds);
  }

  reconciled({ kind, outcome, seconds }: MeteredReconcile): void {
    this.#reconcileSeconds.observe({ kind, outcome }, seconds);
  }

  /** The body of /metrics, in the text format of Prometheus. */
  async render(): Promise<RenderedMetrics> {
    const { works, queues, brokers } = this.#snapshot();
    this.#leader.set(works ? 1 : 0);
    for (const [queue, depth] of Object.entries(queues)) this.#queues.set({ queue }, depth);
    this.#tellOfBrokers(brokers);
    this.#forgetAllBut(new Set(brokers.map(({ broker }) => broker)));
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  #tellOfBrokers(brokers: readonly BrokerCount[]): void {
    for (const gauge of [this.#classes, this.#plans, this.#credentialsEnd, this.#credentialsOverdue]) {
      gauge.reset();
    }
    for (const { broker, namespace = '', classes, plans, credentials } of brokers) {
      this.#classes.set({ broker, namespace }, classes);
      this.#plans.set({ broker, namespace }, plans);
      if (credentials === undefined) continue;
      this.#credentialsEnd.set({ broker, namespace }, credentials.firstEnd / 1000);
      this.#credentialsOverdue.set({ broker, namespace }, credentials.overdue);
    }
  }

  /** Whoever may create brokers chooses their names: without this each would be told of for ever. */
  #forgetAllBut(brokers: ReadonlySet<string>): void {
    for (const [broker, labels] of this.#requestLabels) {
      if (brokers.has(broker)) continue;
      for (const { method, status } of labels.values()) this.#requests.remove({ broker, method, status });
      this.#requestLabels.delete(broker);
    }
  }

  #gauge(name: string, help: string, labelNames: string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
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
