export { CatalogController } from './controller.js';
export type { ControllerOptions } from './controller.js';
export { PrometheusMetrics } from './metrics/prometheus-metrics.js';
export type { PrometheusMetricsOptions } from './metrics/prometheus-metrics.js';
export { OsbClient } from './osb/osb-client.js';
export type { OsbClientOptions } from './osb/osb-client.js';
export type { OsbConnection, OsbRequest, OsbResult, OsbTransport } from './osb/osb.js';
export { systemClock } from './runtime/clock.js';
export type { Clock } from './runtime/clock.js';
