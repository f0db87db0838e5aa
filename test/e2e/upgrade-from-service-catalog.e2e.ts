import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { refOf, type KubeObject, type ObjectRef } from '@mesitis/kube';
import { loadClient, type KubeClient } from '@mesitis/kube/client';
import { pick, renderChart } from '../cluster/chart.js';
import { serverSpecOf } from '../cluster/deployment.js';
import { mustRun, runTool } from '../cluster/exec.js';
import { repositoryRoot } from '../cluster/folders.js';
import { GrantingBroker } from '../cluster/granting-broker.js';
import { kubectlFor, type Kubectl } from '../cluster/kubectl.js';
import { launchCluster, type Cluster } from '../cluster/launch.js';
import { startServer, type Server } from '../cluster/server.js';
import { findTools } from '../cluster/tools.js';
import { until } from '../cluster/wait.js';
import { oldDefinitions, oldObjects, oldSecret, oldWebhooks } from './old-service-catalog.js';
import {
  SERVICE_CATALOG,
  STAGE_MS,
  instanceOf,
  isTrue,
  makeNamespaces,
  secretData,
  untilGone,
  untilObject,
} from './stage.js';

const CONSUMER = 'client-ns';
const CHART = { chart: 'mesitis-platform', name: 'mesitis', namespace: 'mesitis-system' } as const;

const CLUSTER_INFO = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'cluster-info', namespace: CHART.namespace },
};

let cluster: Cluster;
let kubectl: Kubectl;
let kube: KubeClient;
let catalog: Server | undefined;
const broker = new GrantingBroker();

const ref = (kind: string, name: string): ObjectRef => ({
  apiVersion: SERVICE_CATALOG,
  kind,
  name,
  ...(kind.startsWith('Cluster') ? {} : { namespace: CONSUMER }),
});

beforeAll(async () => {
  cluster = await launchCluster('real');
  kubectl = await kubectlFor(cluster);
  await kubectl.must(
    ['create', '-f', '-'],
    oldDefinitions()
      .map((one) => JSON.stringify(one))
      .join('\n---\n'),
  );
  await kubectl.must(['wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all']);
  kube = await loadClient({ kubeconfig: cluster.kubeconfig });
  await makeNamespaces(kube, CONSUMER);
  for (const { status, ...object } of oldObjects(CONSUMER, await broker.listen())) {
    const created = await kube.create(object);
    await kube.update({ ...created, status }, { subresource: 'status' });
    if (object.kind === 'ServiceBinding') await kube.create(oldSecret(created));
  }
  broker.instances.add('old-instance').add('old-binding');
  for (const webhook of oldWebhooks()) await kube.create(webhook);
}, STAGE_MS);

afterAll(async () => {
  await catalog?.stop();
  broker.close();
  kube.close();
  await cluster.stop();
}, STAGE_MS);

/** kubectl mesitis, as it is built. */
async function doctor(): Promise<string> {
  const file = join(repositoryRoot(), 'kubectl-plugin/bin/kubectl-mesitis');
  const { stdout } = await runTool(process.execPath, [file, 'doctor'], {
    env: { KUBECONFIG: cluster.kubeconfig },
  });
  return stdout;
}

function isRefused(name: string): Promise<boolean> {
  return kube.create(instanceOf(CONSUMER, name, 'db', 'small')).then(
    () => false,
    () => true,
  );
}

test(
  'what the archived Service Catalog left goes on under Mesitis, as the guide says',
  async () => {
    // The old webhooks: the API server follows their registration after a moment.
    let attempt = 0;
    await until({ what: 'the old webhooks to refuse writes', timeoutMs: 30_000 }, async () =>
      (await isRefused(`refused-${(attempt += 1)}`)) ? true : undefined,
    );
    const remedies = [...(await doctor()).matchAll(/kubectl (delete \w+webhookconfiguration \S+)/g)];
    expect(remedies.map(([, remedy]) => remedy).toSorted()).toEqual([
      'delete mutatingwebhookconfiguration catalog-catalog-webhook',
      'delete validatingwebhookconfiguration catalog-catalog-validating-webhook',
    ]);
    for (const [, remedy = ''] of remedies) await kubectl.must(remedy.split(' '));

    // Brokers know the cluster by an id that goes along.
    await makeNamespaces(kube, CHART.namespace);
    await kube.create({ ...CLUSTER_INFO, data: { id: 'old-cluster' } });

    // The CRDs are handed over to Helm, and the chart installed over them.
    const definitions = oldDefinitions().map(({ metadata }) => `crd/${metadata.name ?? ''}`);
    const { name, namespace, chart } = CHART;
    await kubectl.must(['label', '--overwrite', ...definitions, 'app.kubernetes.io/managed-by=Helm']);
    await kubectl.must([
      ...['annotate', '--overwrite', ...definitions],
      ...[`meta.helm.sh/release-name=${name}`, `meta.helm.sh/release-namespace=${namespace}`],
    ]);
    // Helm 4 applies on the server, where the old manager of the CRDs is in the way.
    const flags = ['--force-conflicts', '--set', 'webhook.replicas=0,catalog.replicas=0'];
    await mustRun(
      (await findTools()).helm,
      [
        'install',
        name,
        join(repositoryRoot(), 'manifests', chart),
        '-n',
        namespace,
        '--create-namespace',
        ...flags,
      ],
      { env: { KUBECONFIG: cluster.kubeconfig }, timeoutMs: 120_000 },
    );

    // Without kube-proxy the API server can't reach the Service of the webhook; this is about what the catalog finds.
    await kubectl.must([
      'delete',
      'mutatingwebhookconfiguration/mesitis-webhook',
      'validatingwebhookconfiguration/mesitis-webhook',
    ]);

    const before = await kube.get(ref('ServiceInstance', 'old'));
    catalog = await startServer(
      cluster,
      kubectl,
      serverSpecOf(pick(await renderChart(CHART), 'Deployment', 'mesitis-catalog')),
    );

    // Classes and plans are found by their labels again.
    const isLabelled = (object: KubeObject | undefined): boolean =>
      object?.metadata.labels?.['servicecatalog.k8s.io/spec.externalName'] !== undefined;
    await untilObject(kube, ref('ClusterServiceClass', 'db'), isLabelled);
    await untilObject(kube, ref('ClusterServicePlan', 'db-small'), isLabelled);

    const { apiVersion, kind } = await kube.create(instanceOf(CONSUMER, 'new', 'db', 'small'));
    await untilObject(kube, { apiVersion, kind, namespace: CONSUMER, name: 'new' }, isTrue('Ready'));

    // Nothing was asked for what was ready, and its owners see it as it was.
    expect(broker.calls).toEqual([expect.stringMatching(/^PUT \/v2\/service_instances\/[^/]+$/)]);
    const after = await kube.get(ref('ServiceInstance', 'old'));
    expect(after?.['spec']).toEqual(before?.['spec']);
    expect(after?.['status']).toEqual(before?.['status']);
    expect(await secretData(kube, CONSUMER, 'old')).toEqual({ username: 'old' });
    expect(await kube.get(refOf(CLUSTER_INFO))).toMatchObject({ data: { id: 'old-cluster' } });

    // And it can be given back.
    await kube.remove(ref('ServiceBinding', 'old'));
    await untilGone(kube, ref('ServiceBinding', 'old'));
    expect(await secretData(kube, CONSUMER, 'old')).toBeUndefined();
    for (const instance of ['old', 'new']) await kube.remove(ref('ServiceInstance', instance));
    for (const instance of ['old', 'new']) await untilGone(kube, ref('ServiceInstance', instance));
    await kube.remove(ref('ClusterServiceBroker', 'granting'));
    await untilGone(kube, ref('ClusterServiceBroker', 'granting'));
    expect([...broker.instances]).toEqual([]);
    for (const entries of ['ClusterServiceClass', 'ClusterServicePlan']) {
      expect((await kube.list({ apiVersion: SERVICE_CATALOG, kind: entries })).items).toEqual([]);
    }
  },
  STAGE_MS,
);
