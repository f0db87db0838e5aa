import { until } from '../cluster/wait.js';
import type { Server } from '../cluster/server.js';
import type { Figure } from './figures.js';
import type { Stage } from './granting-stage.js';
import { NAMESPACE, object, raiseStage } from './granting-stage.js';
import { timeEach } from './load.js';
import { usageOf } from './usage.js';

const TIME = '2026-01-01T00:00:00Z';

/** The catalog with many instances that are ready: from the start of its process to idle, memory, calls to the broker. */
export async function benchCatalogAtRest(instances: number): Promise<Figure[]> {
  const stage = await raiseStage();
  try {
    const { catalog, broker } = stage;
    const empty = await usageOf(catalog.pid());
    await catalog.stop();
    await timeEach(instances, 20, (index) => createReady(stage, `instance-${index}`));
    const calls = broker.calls.length;
    const before = performance.now();
    await catalog.start();
    const ready = performance.now() - before;
    await untilIdle(catalog);
    const idle = performance.now() - before;
    const { residentMebibytes, peakMebibytes } = await usageOf(catalog.pid());
    const name = `catalog, ${instances} instances at rest`;
    return [
      { what: `${name}: start to ready`, value: `${(ready / 1000).toFixed(1)} s` },
      { what: `${name}: start to idle`, value: `${(idle / 1000).toFixed(1)} s`, baseline: '30 s allowed' },
      {
        what: `${name}: calls to the broker`,
        value: String(broker.calls.length - calls),
        baseline: '0 allowed',
      },
      {
        what: `${name}: resident when idle`,
        value: mib(residentMebibytes),
        baseline: `${mib(empty.residentMebibytes)} without`,
      },
      { what: `${name}: resident at most`, value: mib(peakMebibytes), baseline: '256 MiB allowed' },
    ];
  } finally {
    await stage.close();
  }
}

/** An instance as the catalog leaves it when it is ready. */
async function createReady({ kube }: Stage, name: string): Promise<void> {
  const plan = { clusterServicePlanExternalName: 'small', clusterServicePlanExternalID: 'db-small' };
  const instance = object('ServiceInstance', name, {
    clusterServiceClassExternalName: 'db',
    clusterServicePlanExternalName: 'small',
    clusterServiceClassRef: { name: 'db' },
    clusterServicePlanRef: { name: 'db-small' },
    externalID: `${NAMESPACE}-${name}`,
  });
  instance.metadata.finalizers = ['kubernetes-incubator/service-catalog'];
  const created = await kube.create(instance);
  const ready = { type: 'Ready', status: 'True', reason: 'ProvisionedSuccessfully' };
  const status = {
    conditions: [
      { ...ready, message: 'The instance was provisioned successfully', lastTransitionTime: TIME },
    ],
    externalProperties: plan,
    reconciledGeneration: 1,
    observedGeneration: 1,
    provisionStatus: 'Provisioned',
    deprovisionStatus: 'Required',
    lastConditionState: 'Ready',
    userSpecifiedClassName: 'ClusterServiceClass/db',
    userSpecifiedPlanName: 'small',
  };
  await kube.update({ ...created, status }, { subresource: 'status' });
}

/** Idle: it leads, has looked at every instance, and nothing waits. */
async function untilIdle({ healthUrl }: Server): Promise<void> {
  await until({ what: 'the catalog to be idle', timeoutMs: 120_000 }, async () => {
    const text = await (await fetch(`${healthUrl}/metrics`)).text();
    const depths = [...text.matchAll(/^mesitis_catalog_queue_depth\{[^}]*\} (\d+)$/gm)];
    const leads = /^mesitis_catalog_leader 1$/m.test(text);
    return (leads && depths.length > 0 && depths.every(([, depth]) => depth === '0')) || undefined;
  });
}

function mib(mebibytes: number): string {
  return `${mebibytes.toFixed(0)} MiB`;
}
