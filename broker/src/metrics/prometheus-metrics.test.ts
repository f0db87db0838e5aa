import { describe, expect, test } from '@jest/globals';
import type { InstanceCount } from './metrics.js';
import { PrometheusMetrics } from './prometheus-metrics.js';
import type { PrometheusMetricsOptions } from './prometheus-metrics.js';

function metricsWith(options: Partial<PrometheusMetricsOptions> = {}): PrometheusMetrics {
  return new PrometheusMetrics({
    version: '1.2.3',
    catalog: () => ({ services: 2, plans: 3, rejected: ['x'] }),
    now: () => 0,
    ...options,
  });
}

/** The series of the broker, without those of the process. */
async function series(metrics: PrometheusMetrics): Promise<string[]> {
  const { body } = await metrics.render();
  return body.split('\n').filter((line) => line.startsWith('mesitis_broker_'));
}

describe('the metrics', () => {
  test('are named and labelled as Prometheus users expect', async () => {
    const metrics = metricsWith();
    metrics.requestFinished({ method: 'GET', route: '/v2/catalog', status: 200, seconds: 0.2 });
    metrics.requestFinished({ method: 'GET', route: '/v2/catalog', status: 401, seconds: 0.2 });
    metrics.operationFinished('provision', 'succeeded', 20);
    metrics.operationsRunning(4);
    metrics.driftRepaired('Deployment');
    metrics.driftFailed('Service');
    metrics.leaseRenewed(true);
    metrics.leaseRenewed(false);
    metrics.storeError();
    const lines = await series(metrics);
    expect(lines.filter((line) => !line.includes('_bucket'))).toEqual([
      'mesitis_broker_http_requests_total{method="GET",route="/v2/catalog",code="200"} 1',
      'mesitis_broker_http_requests_total{method="GET",route="/v2/catalog",code="401"} 1',
      'mesitis_broker_http_request_duration_seconds_sum{method="GET",route="/v2/catalog"} 0.4',
      'mesitis_broker_http_request_duration_seconds_count{method="GET",route="/v2/catalog"} 2',
      'mesitis_broker_operations_total{type="provision",outcome="succeeded"} 1',
      'mesitis_broker_operation_duration_seconds_sum{type="provision"} 20',
      'mesitis_broker_operation_duration_seconds_count{type="provision"} 1',
      'mesitis_broker_operations_running 4',
      'mesitis_broker_drift_repairs_total{kind="Deployment"} 1',
      'mesitis_broker_drift_repair_failures_total{kind="Service"} 1',
      'mesitis_broker_leases_renewed_total 1',
      'mesitis_broker_leases_failed_total 1',
      'mesitis_broker_store_errors_total 1',
      `mesitis_broker_build_info{version="1.2.3",node="${process.version}"} 1`,
      'mesitis_broker_catalog_services 2',
      'mesitis_broker_catalog_plans 3',
      'mesitis_broker_catalog_rejected 1',
    ]);
    expect(lines).toContain('mesitis_broker_operation_duration_seconds_bucket{le="30",type="provision"} 1');
  });

  test('hold those of the process', async () => {
    const { body, contentType } = await metricsWith().render();
    expect(body).toContain('process_resident_memory_bytes');
    expect(contentType).toMatch(/^text\/plain/);
  });

  test('of two brokers in one process do not meet', async () => {
    const first = metricsWith();
    const second = metricsWith();
    first.storeError();
    expect(await series(second)).toContain('mesitis_broker_store_errors_total 0');
  });

  test('have no series for each method or kind that somebody makes up', async () => {
    const metrics = metricsWith();
    metrics.requestFinished({ method: 'PURGE', route: 'unknown', status: 405, seconds: 0 });
    for (let index = 0; index < 200; index += 1) metrics.driftRepaired(`Kind${index}`);
    const lines = await series(metrics);
    expect(lines).toContain(
      'mesitis_broker_http_requests_total{method="other",route="unknown",code="405"} 1',
    );
    expect(lines.filter((line) => line.includes('drift_repairs_total'))).toHaveLength(51);
    expect(lines).toContain('mesitis_broker_drift_repairs_total{kind="other"} 150');
  });
});

describe('the number of instances', () => {
  const one: InstanceCount = { service: 'api-url', plan: 'api-url-1', state: 'ready', count: 7 };
  const SERIES = 'mesitis_broker_instances{service="api-url",plan="api-url-1",state="ready"} 7';
  const told = async (metrics: PrometheusMetrics): Promise<string[]> =>
    (await series(metrics)).filter((line) => line.startsWith('mesitis_broker_instances'));

  test('is not told when nobody counts', async () => {
    expect(await told(metricsWith())).toEqual([]);
  });

  test('is counted when the metrics are read, every 30 s at most, and forgets what is gone', async () => {
    const clock = { now: 0 };
    let counts = [one];
    const metrics = metricsWith({ instances: () => Promise.resolve(counts), now: () => clock.now });
    expect(await told(metrics)).toEqual([SERIES]);
    counts = [];
    clock.now = 29_999;
    expect(await told(metrics)).toEqual([SERIES]);
    clock.now = 30_000;
    expect(await told(metrics)).toEqual([]);
  });

  test('is left out when it can not be had; the rest is there', async () => {
    const metrics = metricsWith({
      instances: () => Promise.reject(new Error('the store is away')),
    });
    expect(await told(metrics)).toEqual([]);
    expect(await series(metrics)).toContain('mesitis_broker_catalog_services 2');
  });
});
