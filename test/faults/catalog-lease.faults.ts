import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { pick, renderChart } from '../cluster/chart.js';
import { serverSpecOf } from '../cluster/deployment.js';
import { GrantingBroker } from '../cluster/granting-broker.js';
import { install } from '../cluster/installation.js';
import { endpointOf } from '../cluster/kubeconfig.js';
import { kubectlFor } from '../cluster/kubectl.js';
import { startServer, type Server } from '../cluster/server.js';
import { until } from '../cluster/wait.js';
import { startApiServerProxy, type ApiServerProxy } from './api-server-proxy.js';
import { STAGE_MS, raiseStage, type Stage } from './stage.js';

const TEST_MS = 60_000;
const SYSTEM = 'mesitis-system';
const NAMESPACE = 'default';
const API_VERSION = 'servicecatalog.k8s.io/v1beta1';

describe('a catalog that can do everything but renew its Lease', () => {
  let stage: Stage;
  let proxy: ApiServerProxy;
  let leader: Server;
  let standby: Server;
  const broker = new GrantingBroker();

  beforeAll(async () => {
    stage = await raiseStage();
    const { cluster, kube } = stage;
    const kubectl = await kubectlFor(cluster);
    const endpoint = endpointOf(await kubectl.must(['config', 'view', '--minify', '--flatten', '--raw']));
    proxy = await startApiServerProxy({ endpoint });
    // The processes below stand in for the Pods.
    const values = { webhook: { replicas: 0 }, catalog: { replicas: 0 } };
    const chart = { chart: 'mesitis-platform', name: 'mesitis', namespace: SYSTEM, values } as const;
    const objects = await renderChart(chart);
    const kept = objects.filter(({ kind }) => !kind.endsWith('WebhookConfiguration'));
    await install(cluster, kubectl, [SYSTEM], kept);
    const spec = serverSpecOf(pick(objects, 'Deployment', 'mesitis-catalog'));
    leader = await startServer(cluster, kubectl, spec, { apiServer: proxy.url });
    await until(
      { what: 'the first to lead', timeoutMs: 20_000 },
      async () => (await leads(leader)) || undefined,
    );
    standby = await startServer(cluster, kubectl, spec);
    await kube.create({
      apiVersion: API_VERSION,
      kind: 'ClusterServiceBroker',
      metadata: { name: 'broker' },
      spec: { url: await broker.listen() },
    });
  }, STAGE_MS);

  afterAll(async () => {
    await Promise.all([leader.stop(), standby.stop()]);
    await proxy.close();
    broker.close();
    await stage.close();
  }, STAGE_MS);

  async function leads({ healthUrl }: Server): Promise<boolean> {
    return /^mesitis_catalog_leader 1$/m.test(await (await fetch(`${healthUrl}/metrics`)).text());
  }

  async function provision(name: string): Promise<void> {
    const spec = { clusterServiceClassExternalName: 'db', clusterServicePlanExternalName: 'small' };
    const metadata = { name, namespace: NAMESPACE };
    const created = { apiVersion: API_VERSION, kind: 'ServiceInstance', metadata, spec };
    await stage.kube.create(created);
    await until({ what: `instance ${name}`, timeoutMs: 30_000 }, async () =>
      isReady(await stage.kube.get({ ...created, ...metadata })) ? true : undefined,
    );
  }

  function isReady(stored: KubeObject | undefined): boolean {
    const { conditions = [] } = (stored?.['status'] ?? {}) as { conditions?: Record<string, string>[] };
    return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  }

  test(
    'ends before another one works, and nothing is asked of the broker twice',
    async () => {
      await provision('before');
      proxy.decide = ({ path }) =>
        path.includes('/leases/') ? { kind: 'cut', when: 'before' } : { kind: 'pass' };
      await provision('while-it-still-leads');
      await until({ what: 'the leader to give up', timeoutMs: 20_000 }, () =>
        Promise.resolve(leader.logs().some((line) => line.includes('leadership lost')) || undefined),
      );
      expect(await leads(standby)).toBe(false);
      await provision('after');
      expect(await leads(standby)).toBe(true);
      expect(broker.calls).toHaveLength(3);
    },
    TEST_MS,
  );
});
