import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { CatalogController } from '../controller.js';
import { Harness, isReady } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';
import { PrometheusMetrics } from './prometheus-metrics.js';

const BY_NAME = { clusterServiceClassExternalName: 'db', clusterServicePlanExternalName: 'small' };

let harness: Harness;
let controller: CatalogController | undefined;
let metrics: PrometheusMetrics;

beforeEach(async () => {
  harness = await Harness.start(catalogOf('db', 'small', 'large'));
  metrics = new PrometheusMetrics({
    version: '1',
    snapshot: () => controller?.snapshot() ?? { works: false, queues: {}, brokers: [] },
  });
  harness.metrics = metrics;
  controller = await harness.controller();
});
afterEach(() => harness.stop());

async function body(): Promise<string> {
  return (await metrics.render()).body;
}

test('a provisioned instance is seen in the metrics, by nothing that its owner chose', async () => {
  await harness.register();
  await harness.create('ServiceInstance', 'chosen', { ...BY_NAME, parameters: { word: 'parameter' } });
  await harness.until('ServiceInstance', 'chosen', isReady);
  const text = await body();
  expect(text).toContain('servicecatalog_broker_service_class_count{broker="broker",namespace=""} 1');
  expect(text).toContain('servicecatalog_broker_service_plan_count{broker="broker",namespace=""} 2');
  expect(text).toContain(
    'servicecatalog_osb_request_count{broker="broker",method="ProvisionInstance",status="2xx"} 1',
  );
  expect(text).toMatch(
    /mesitis_catalog_broker_call_duration_seconds_count\{method="GetCatalog",outcome="2xx"\} 1/,
  );
  expect(text).toMatch(/mesitis_catalog_reconcile_duration_seconds_count\{kind="ClusterServicePlan"/);
  for (const queue of ['brokers', 'entries', 'instances', 'bindings']) {
    expect(text).toContain(`mesitis_catalog_queue_depth{queue="${queue}"} 0`);
  }
  expect(text).not.toMatch(/chosen|parameter"|client-ns|id-1/);
});

test('a plan that the broker no longer offers is not counted, though an instance keeps it', async () => {
  await harness.register();
  await harness.create('ServiceInstance', 'mine', BY_NAME);
  await harness.until('ServiceInstance', 'mine', isReady);
  harness.broker.catalog = catalogOf('db', 'large');
  const plan = (
    await harness.kube.list({ apiVersion: 'servicecatalog.k8s.io/v1beta1', kind: 'ClusterServicePlan' })
  ).items.find(({ spec }) => (spec as { externalName: string }).externalName === 'small');
  const ref = { apiVersion: 'servicecatalog.k8s.io/v1beta1', kind: 'ClusterServiceBroker', name: 'broker' };
  await harness.kube.patch(ref, { type: 'merge', body: { spec: { relistRequests: 1 } } });
  await harness.until(
    'ClusterServicePlan',
    plan?.metadata.name ?? '',
    ({ status }) =>
      (status as { removedFromBrokerCatalog?: boolean } | undefined)?.removedFromBrokerCatalog === true,
  );
  await harness.until(
    'ClusterServiceBroker',
    'broker',
    ({ status, metadata }) =>
      (status as { reconciledGeneration?: number }).reconciledGeneration === metadata.generation,
  );
  expect(await body()).toContain('servicecatalog_broker_service_plan_count{broker="broker",namespace=""} 1');
});
