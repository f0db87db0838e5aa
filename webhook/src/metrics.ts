import { X509Certificate } from 'node:crypto';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** How a request ended. `malformed` are those that could not be read, `failed` those that the webhook could not judge. */
export type ReviewOutcome = 'allowed' | 'refused' | 'failed' | 'malformed';

/** One request, as the metrics hear of it. */
export interface Reviewed {
  outcome: ReviewOutcome;
  /** The ids of the rules that were broken, warnings among them. */
  rules: readonly string[];
  seconds: number;
}

const PREFIX = 'mesitis_webhook_';

/** From a ConfigMap that is judged by itself to one that uses up the time for an answer. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5];

/** Numbers for Prometheus, in a registry of its own, with those of the process and of Node. No label names an object. */
export class WebhookMetrics {
  readonly #registry = new Registry();
  readonly #seconds = new Histogram({
    name: `${PREFIX}review_duration_seconds`,
    help: 'How long a review took, by outcome.',
    labelNames: ['outcome'],
    buckets: BUCKETS,
    registers: [this.#registry],
  });
  readonly #rules = new Counter({
    name: `${PREFIX}broken_rules_total`,
    help: 'Reviews in which a rule was broken, by rule and outcome; with "allowed" it was a warning.',
    labelNames: ['rule', 'outcome'],
    registers: [this.#registry],
  });
  readonly #expiry = new Gauge({
    name: `${PREFIX}certificate_expiry_seconds`,
    help: 'When the certificate that is served ends, in seconds since 1970.',
    registers: [this.#registry],
  });

  /** @param version of the webhook */
  constructor(version: string) {
    collectDefaultMetrics({ register: this.#registry });
    const info = new Gauge({
      name: `${PREFIX}build_info`,
      help: 'The version that runs.',
      labelNames: ['version'],
      registers: [this.#registry],
    });
    info.set({ version }, 1);
    for (const outcome of ['allowed', 'refused', 'failed', 'malformed'] satisfies ReviewOutcome[]) {
      this.#seconds.zero({ outcome });
    }
  }

  /** Counts one request. */
  reviewed({ outcome, rules, seconds }: Reviewed): void {
    this.#seconds.observe({ outcome }, seconds);
    for (const rule of rules) this.#rules.inc({ rule, outcome });
  }

  /** Notes what is served with, a PEM certificate. */
  serves(certificate: string): void {
    this.#expiry.set(new X509Certificate(certificate).validToDate.getTime() / 1_000);
  }

  /** The body of /metrics. */
  async render(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }
}
