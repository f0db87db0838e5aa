import { writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadClient } from '@mesitis/kube/client';
import { repositoryRoot } from '../cluster/folders.js';
import { kubectlFor } from '../cluster/kubectl.js';
import { launchCluster, type Cluster, type ClusterKind } from '../cluster/launch.js';
import { startPlatform, type Platform } from '../cluster/platform.js';
import { findTools } from '../cluster/tools.js';
import { Narrator, StoryError } from './narrator.js';
import { madeInOrder, markNow } from './order.js';
import { CONSUMER_NAMESPACES, PROVIDER_NAMESPACES, invitePeople, makeNamespace } from './people.js';
import { tell } from './story.js';

const CLUSTERS: readonly string[] = ['sandbox', 'real', 'current'] satisfies ClusterKind[];

const PREFACE = `# Walkthrough

The whole life of an offering, as \`make demo CLUSTER=real\` told it: every command, its real output, and what was
checked. The demo wrote this page (\`make walkthrough\`). The contexts \`provider\`, \`client\` and \`other\` are people
with the rights of \`edit\` in their own team's namespaces and nowhere else; the default context is the platform
engineer's. The manifests are in [examples](examples).
`;

/** The command line: which cluster, and where to write the story. */
function readArguments(): { cluster: ClusterKind; write: string | undefined } {
  const { values } = parseArgs({ options: { cluster: { type: 'string' }, write: { type: 'string' } } });
  const cluster = values.cluster ?? 'sandbox';
  if (!CLUSTERS.includes(cluster)) {
    throw new StoryError(`CLUSTER=${cluster} is not known: use one of ${CLUSTERS.join(', ')}`);
  }
  return { cluster: cluster as ClusterKind, write: values.write };
}

/** Tells the story on a cluster that has nothing of Mesitis yet, and leaves nothing behind. */
async function demo(cluster: Cluster, narrator: (kubeconfig: string) => Narrator): Promise<Narrator> {
  const kube = await loadClient({ kubeconfig: cluster.kubeconfig });
  const platform = await startPlatform(cluster);
  const made: string[] = [];
  try {
    for (const name of [...PROVIDER_NAMESPACES, ...CONSUMER_NAMESPACES])
      made.push(await makeNamespace(kube, name));
    const broker = await platform.startBroker({ namespace: 'provider-ns', provisionNamespaces: ['api-ns'] });
    const people = join(cluster.directory, 'people.kubeconfig');
    await invitePeople(kube, cluster.kubeconfig, people);
    const mark = await markNow(kube);
    const told = narrator(people);
    await tell(told, {
      platformNamespace: platform.namespace,
      webhookConfiguration: platform.webhookConfiguration,
      brokerUrl: broker.url,
      brokerSecret: broker.secretName,
      madeInOrder: () => madeInOrder(kube, mark),
    });
    return told;
  } finally {
    kube.close();
    await giveBack(cluster, platform, made);
  }
}

/**
 * Ends the servers; on a cluster that goes on, everything that the demo made is removed too. Consumers go first: what
 * they have is given back through the broker, with the credentials in the provider's namespace.
 */
async function giveBack(cluster: Cluster, platform: Platform, made: readonly string[]): Promise<void> {
  try {
    if (cluster.kind !== 'current') return;
    const kubectl = await kubectlFor(cluster);
    const remove = async (...names: string[]): Promise<void> => {
      if (names.length > 0) await kubectl.must(['delete', '--ignore-not-found', '--timeout=50s', ...names]);
    };
    const namespaces = (wanted: readonly string[]): string[] =>
      wanted.filter((name) => made.includes(name)).map((name) => `namespace/${name}`);
    await remove(...namespaces(CONSUMER_NAMESPACES));
    await remove('clusterservicebroker/api-team');
    await remove(...namespaces(PROVIDER_NAMESPACES));
  } finally {
    await platform.stop();
  }
}

async function main(): Promise<void> {
  const { cluster: kind, write } = readArguments();
  const started = Date.now();
  const tools = await findTools();
  // Ctrl-C ends the story, not the cleaning up after it: on a cluster that goes on, something would be left.
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interruption.abort());
  const cluster = await launchCluster(kind);
  try {
    const root = repositoryRoot();
    const told = await demo(cluster, (kubeconfig) => {
      return new Narrator({
        directory: join(root, 'docs', 'examples'),
        environment: {
          ...process.env,
          KUBECONFIG: kubeconfig,
          // kubectl remembers what a server serves by its address, and addresses of sandboxes come back.
          KUBECACHEDIR: join(cluster.directory, 'kubectl-cache'),
          NO_COLOR: '1',
          PATH: [
            join(root, 'kubectl-plugin', 'bin'),
            join(tools.kubectl, '..'),
            process.env['PATH'] ?? '',
          ].join(delimiter),
        },
        write: (text) => process.stdout.write(text),
        signal: interruption.signal,
      });
    });
    if (write !== undefined) await writeFile(resolve(write), `${PREFACE}${told.markdown}`);
    process.stdout.write(`\nAll as told, in ${((Date.now() - started) / 1000).toFixed(0)} s on ${kind}.\n`);
  } finally {
    await cluster.stop();
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
