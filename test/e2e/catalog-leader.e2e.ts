import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeObject, ObjectRef } from '@mesitis/kube';
import { pick, renderChart } from '../cluster/chart.js';
import { serverSpecOf } from '../cluster/deployment.js';
import { GrantingBroker } from '../cluster/granting-broker.js';
import { kubectlFor } from '../cluster/kubectl.js';
import { startServer, type Server } from '../cluster/server.js';
import { until } from '../cluster/wait.js';
import {
  SERVICE_CATALOG,
  STAGE_MS,
  instanceOf,
  isTrue,
  makeNamespaces,
  raiseStage,
  untilObject,
  type Stage,
} from './stage.js';

const NAMESPACE = 'client-ns';

describe('two catalogs', () => {
  let stage: Stage;
  let catalogs: [Server, Server];
  const broker = new GrantingBroker();

  beforeAll(async () => {
    stage = await raiseStage();
    const { cluster, kube, platform } = stage;
    const { namespace, release: name } = platform;
    const objects = await renderChart({ chart: 'mesitis-platform', name, namespace });
    const spec = serverSpecOf(pick(objects, 'Deployment', `${name}-catalog`));
    catalogs = [platform.catalog, await startServer(cluster, await kubectlFor(cluster), spec)];
    await makeNamespaces(kube, NAMESPACE);
    const url = await broker.listen();
    const registered = { apiVersion: SERVICE_CATALOG, kind: 'ClusterServiceBroker', name: 'granting' };
    await kube.create({ ...registered, metadata: { name: 'granting' }, spec: { url } });
    await untilObject(kube, registered, isTrue('Ready'));
  }, STAGE_MS);

  afterAll(async () => {
    await catalogs[1].stop();
    await stage.close();
    broker.close();
  }, STAGE_MS);

  const leaseRef = (): ObjectRef => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    namespace: stage.platform.namespace,
    name: 'mesitis-catalog',
  });

  const holderOf = (lease: KubeObject | undefined): string =>
    (lease?.['spec'] as { holderIdentity?: string } | undefined)?.holderIdentity ?? '';

  /** What it tells of itself: 1 when it is the one that works. */
  async function gaugeOf({ healthUrl }: Server): Promise<string | undefined> {
    const text = await (await fetch(`${healthUrl}/metrics`)).text();
    return /^mesitis_catalog_leader (\d)$/m.exec(text)?.[1];
  }

  async function provision(name: string): Promise<void> {
    const { kube } = stage;
    const created = await kube.create(instanceOf(NAMESPACE, name, 'db', 'small'));
    const { apiVersion, kind } = created;
    await untilObject(kube, { apiVersion, kind, namespace: NAMESPACE, name }, isTrue('Ready'));
  }

  test(
    'are both ready, and one works; when it is told to end the other goes on at once',
    async () => {
      const { kube } = stage;
      for (const { healthUrl } of catalogs) expect((await fetch(`${healthUrl}/readyz`)).status).toBe(200);
      expect(await Promise.all(catalogs.map(gaugeOf))).toEqual(['1', '0']);
      await provision('before');
      const first = holderOf(await kube.get(leaseRef()));

      // Until it has stopped it may still work, and then nobody leads for a moment.
      await catalogs[0].stop();
      await provision('behind');

      const second = holderOf(await kube.get(leaseRef()));
      expect(second).toMatch(/^mesitis-catalog-/);
      expect(second).not.toBe(first);
      // Nothing was asked twice, and nothing twice at the same time.
      expect(broker.calls).toHaveLength(2);

      await catalogs[0].start();
      expect(await Promise.all(catalogs.map(gaugeOf))).toEqual(['0', '1']);
    },
    STAGE_MS,
  );

  test(
    'never work both: one that finds its Lease in other hands ends',
    async () => {
      const { kube } = stage;
      const taken = { holderIdentity: 'somebody-else', leaseDurationSeconds: 1 };
      await kube.patch(leaseRef(), { type: 'merge', body: { spec: taken } });
      await until({ what: 'the leader to end', timeoutMs: 20_000 }, () =>
        Promise.resolve(catalogs[1].logs().some((line) => line.includes('leadership lost')) || undefined),
      );
      await provision('after');
      expect(await gaugeOf(catalogs[0])).toBe('1');
    },
    STAGE_MS,
  );
});
