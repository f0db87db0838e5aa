import { expect, test } from '@jest/globals';
import type { OsbRequest } from '../osb/osb.js';
import type { BrokerCount } from './metrics.js';
import { PrometheusMetrics } from './prometheus-metrics.js';

const PROVISION: OsbRequest = { method: 'PUT', path: ['v2', 'service_instances', 'chosen-by-somebody'] };
const CREATED = { type: 'answer', status: 201 } as const;

function metricsOf(brokers: () => BrokerCount[]): PrometheusMetrics {
  return new PrometheusMetrics({
    version: '1.2.3',
    snapshot: () => ({ works: true, queues: { instances: 7 }, brokers: brokers() }),
  });
}

/** The series of the catalog, without those of the process and without buckets. */
async function series(metrics: PrometheusMetrics): Promise<string[]> {
  const { body } = await metrics.render();
  const lines = body.split('\n').filter((line) => /^(mesitis|servicecatalog)_/.test(line));
  return lines.filter((line) => !line.includes('_bucket'));
}

const CLUSTER: BrokerCount = {
  broker: 'a',
  namespace: undefined,
  classes: 2,
  plans: 3,
  credentials: { firstEnd: 1_800_000_000_000, overdue: 4 },
};
const NAMESPACED: BrokerCount = { broker: 'a', namespace: 'ns', classes: 0, plans: 0 };

test('the metrics are those of the archived controller and our own', async () => {
  const metrics = metricsOf(() => [CLUSTER, NAMESPACED]);
  metrics.brokerCalled({ broker: 'a', request: PROVISION, result: CREATED, seconds: 0.25 });
  metrics.brokerCalled({
    broker: 'a',
    request: PROVISION,
    result: { type: 'timeout', message: 'secret' },
    seconds: 60,
  });
  metrics.reconciled({ kind: 'ServiceInstance', outcome: 'done', seconds: 0.5 });
  expect(await series(metrics)).toEqual([
    'servicecatalog_broker_service_class_count{broker="a",namespace=""} 2',
    'servicecatalog_broker_service_class_count{broker="a",namespace="ns"} 0',
    'servicecatalog_broker_service_plan_count{broker="a",namespace=""} 3',
    'servicecatalog_broker_service_plan_count{broker="a",namespace="ns"} 0',
    'servicecatalog_osb_request_count{broker="a",method="ProvisionInstance",status="2xx"} 1',
    'servicecatalog_osb_request_count{broker="a",method="ProvisionInstance",status="client-error"} 1',
    'mesitis_catalog_credentials_end_timestamp_seconds{broker="a",namespace=""} 1800000000',
    'mesitis_catalog_credentials_overdue{broker="a",namespace=""} 4',
    'mesitis_catalog_leader 1',
    'mesitis_catalog_queue_depth{queue="instances"} 7',
    'mesitis_catalog_reconcile_duration_seconds_sum{kind="ServiceInstance",outcome="done"} 0.5',
    'mesitis_catalog_reconcile_duration_seconds_count{kind="ServiceInstance",outcome="done"} 1',
    'mesitis_catalog_broker_call_duration_seconds_sum{method="ProvisionInstance",outcome="2xx"} 0.25',
    'mesitis_catalog_broker_call_duration_seconds_count{method="ProvisionInstance",outcome="2xx"} 1',
    'mesitis_catalog_broker_call_duration_seconds_sum{method="ProvisionInstance",outcome="timeout"} 60',
    'mesitis_catalog_broker_call_duration_seconds_count{method="ProvisionInstance",outcome="timeout"} 1',
    `mesitis_catalog_build_info{version="1.2.3",node="${process.version}"} 1`,
  ]);
});

test('what is told of a broker ends with it', async () => {
  let brokers = [CLUSTER, { ...CLUSTER, broker: 'b' }];
  const metrics = metricsOf(() => brokers);
  for (const broker of ['a', 'b']) {
    metrics.brokerCalled({ broker, request: PROVISION, result: CREATED, seconds: 0 });
  }
  brokers = [CLUSTER];
  expect((await series(metrics)).filter((line) => line.startsWith('servicecatalog'))).toEqual([
    'servicecatalog_broker_service_class_count{broker="a",namespace=""} 2',
    'servicecatalog_broker_service_plan_count{broker="a",namespace=""} 3',
    'servicecatalog_osb_request_count{broker="a",method="ProvisionInstance",status="2xx"} 1',
  ]);
});

test('those of the process are there too', async () => {
  const { body, contentType } = await metricsOf(() => []).render();
  expect(body).toContain('process_resident_memory_bytes');
  expect(contentType).toMatch(/^text\/plain/);
});
