import { setTimeout as delay } from 'node:timers/promises';
import type { InstanceRecord } from '@mesitis/broker';
import { openStore } from '@mesitis/broker/store';
import { loadClient } from '@mesitis/kube/client';
import { startBroker } from '../cluster/broker.js';
import { launchCluster } from '../cluster/launch.js';
import type { Figure } from './figures.js';
import { timeEach } from './load.js';
import { urlEntry, URL_OFFERING } from './osb.js';
import { usageOf } from './usage.js';

/** How long the broker is left alone before its memory is read once more, in milliseconds. */
const IDLE_MS = 30_000;

/** A broker with many instances in Secrets: from the start of its process to ready, and its resident memory. */
export async function benchRestart(instances: number): Promise<Figure[]> {
  const cluster = await launchCluster('real');
  const kube = await loadClient({ kubeconfig: cluster.kubeconfig });
  try {
    const broker = await startBroker(cluster, { namespace: 'provider-ns', provisionNamespaces: ['api-ns'] });
    await kube.create(urlEntry(URL_OFFERING, 'provider-ns'));
    const empty = await usageOf(broker.pid());
    await broker.stop();
    const store = await openStore(
      { kind: 'kubernetes', kube, namespace: 'provider-ns', name: 'mesitis' },
      { onUnreadable: () => undefined, onWarning: () => undefined },
    );
    await timeEach(instances, 20, async (index) => {
      await store.put(recordOf(`instance-${index}`), undefined);
    });
    const before = performance.now();
    await broker.start();
    const ready = performance.now() - before;
    const atReady = await usageOf(broker.pid());
    await delay(IDLE_MS);
    const idle = await usageOf(broker.pid());
    await broker.stop();
    const name = `${instances} instances`;
    return [
      { what: `${name}: start to ready`, value: `${(ready / 1000).toFixed(1)} s`, baseline: '30 s allowed' },
      {
        what: `${name}: resident at ready`,
        value: mib(atReady.residentMebibytes),
        baseline: `${mib(empty.residentMebibytes)} without`,
      },
      { what: `${name}: resident ${IDLE_MS / 1000} s later`, value: mib(idle.residentMebibytes) },
      { what: `${name}: resident at most`, value: mib(idle.peakMebibytes), baseline: '256 MiB allowed' },
    ];
  } finally {
    kube.close();
    await cluster.stop();
  }
}

/** An instance of the URL offering as it is kept. */
function recordOf(instanceId: string): InstanceRecord {
  const ids = { serviceId: `${URL_OFFERING}-id`, planId: `${URL_OFFERING}-id` };
  const context = {
    platform: 'kubernetes',
    namespace: 'client-ns',
    clusterid: 'c',
    instance_name: instanceId,
  };
  return {
    instanceId,
    attributes: { ...ids, organizationGuid: 'c', spaceGuid: 's', context, parameters: {} },
    provisionKind: 'ProvisionNonClusterURL',
    resources: {
      objects: [],
      coordinates: { uri: 'https://api.example.com/v1', host: 'api.example.com', port: 443, endpoints: [] },
    },
    generated: {},
    consumer: 'client-ns',
    state: 'ready',
    operation: {
      id: `provision-${instanceId}`,
      type: 'provision',
      direction: 'forward',
      state: 'succeeded',
      asynchronous: false,
      heartbeat: 0,
      startedAt: 1_700_000_000,
    },
    bindings: [
      {
        bindingId: `${instanceId}-b`,
        attributes: { ...ids, context, parameters: {} },
        state: 'bound',
      },
    ],
  };
}

function mib(mebibytes: number): string {
  return `${mebibytes.toFixed(0)} MiB`;
}
