import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { KubeObject, ObjectRef } from '@mesitis/kube';
import { mustRun } from '../cluster/exec.js';
import { repositoryRoot } from '../cluster/folders.js';
import { GrantingBroker } from '../cluster/granting-broker.js';
import { findTools } from '../cluster/tools.js';
import {
  SERVICE_CATALOG,
  STAGE_MS,
  bindingOf,
  instanceOf,
  isTrue,
  makeNamespaces,
  raiseStage,
  untilObject,
  type Stage,
} from './stage.js';

const CONSUMER = 'client-ns';
const ENTRIES = ['ClusterServiceClass', 'ClusterServicePlan', 'ServiceClass', 'ServicePlan'];

const broker = new GrantingBroker();
let stage: Stage;

const ref = (kind: string, name: string): ObjectRef => ({
  apiVersion: SERVICE_CATALOG,
  kind,
  name,
  ...(kind.startsWith('Cluster') ? {} : { namespace: CONSUMER }),
});

beforeAll(async () => {
  stage = await raiseStage();
  await makeNamespaces(stage.kube, CONSUMER);
  const url = await broker.listen();
  for (const kind of ['ClusterServiceBroker', 'ServiceBroker']) {
    const { namespace } = ref(kind, 'granting');
    const metadata = { name: 'granting', ...(namespace === undefined ? {} : { namespace }) };
    await stage.kube.create({ apiVersion: SERVICE_CATALOG, kind, metadata, spec: { url } });
    await untilObject(stage.kube, ref(kind, 'granting'), isTrue('Ready'));
  }
  for (const name of ['plain', 'rotated']) {
    await stage.kube.create(instanceOf(CONSUMER, name, 'db', 'small'));
    await stage.kube.create(bindingOf(CONSUMER, name));
    await untilObject(stage.kube, ref('ServiceBinding', name), isTrue('Ready'));
  }
}, STAGE_MS);

afterAll(async () => {
  broker.close();
  await stage.close();
}, STAGE_MS);

/** The commands of a section of the guide, as they stand there. */
async function commandsOf(section: string): Promise<string[]> {
  const guide = await readFile(join(repositoryRoot(), 'docs', 'upgrading-from-service-catalog.md'), 'utf8');
  const [, text = ''] = guide.split(`\n## ${section}\n`);
  return [...text.matchAll(/^ *```sh\n([^]*?)^ *```$/gm)].map(([, commands = '']) => commands);
}

async function stored(kind: string): Promise<KubeObject[]> {
  return (await stage.kube.list({ apiVersion: SERVICE_CATALOG, kind })).items;
}

const currentID = (binding: KubeObject | undefined): unknown =>
  (binding?.['status'] as { currentBindingID?: string } | undefined)?.currentBindingID;

test(
  'the guide leads back to Service Catalog: what it can not know is gone, and it finds every binding',
  async () => {
    const annotations = { 'mesitis/rotate': '1', 'mesitis/rotation-overlap': '0s' };
    const body = { metadata: { annotations } };
    await stage.kube.patch(ref('ServiceBinding', 'rotated'), { type: 'merge', body });
    const rotated = await untilObject(stage.kube, ref('ServiceBinding', 'rotated'), (binding) => {
      const { predecessors } = (binding?.['status'] ?? {}) as { predecessors?: unknown };
      return currentID(binding) !== undefined && predecessors === undefined;
    });
    const plain = await stage.kube.get(ref('ServiceBinding', 'plain'));
    await stage.platform.stop();

    const commands = await commandsOf('Going back');
    expect(commands).toHaveLength(3);
    const PATH = [dirname((await findTools()).kubectl), process.env['PATH']].join(delimiter);
    const env = { KUBECONFIG: stage.cluster.kubeconfig, PATH };
    for (const command of commands) await mustRun('bash', ['-euo', 'pipefail', '-c', command], { env });

    const left = (await Promise.all(ENTRIES.map(stored))).flat();
    expect(left).toHaveLength(6);
    expect(left.filter(({ metadata }) => metadata.finalizers !== undefined)).toEqual([]);
    expect(await stage.kube.get(ref('ServiceBinding', 'rotated'))).toMatchObject({
      spec: { externalID: currentID(rotated) },
    });
    expect((await stage.kube.get(ref('ServiceBinding', 'plain')))?.['spec']).toEqual(plain?.['spec']);
  },
  STAGE_MS,
);
