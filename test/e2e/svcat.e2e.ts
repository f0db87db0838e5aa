import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { installCatalogAlone } from '../cluster/catalog-alone.js';
import { runTool } from '../cluster/exec.js';
import { repositoryRoot } from '../cluster/folders.js';
import { GrantingBroker } from '../cluster/granting-broker.js';
import { kubectlFor, type Kubectl } from '../cluster/kubectl.js';
import { launchCluster, type Cluster } from '../cluster/launch.js';
import { startPlatform } from '../cluster/platform.js';
import { startServer } from '../cluster/server.js';
import { findTools } from '../cluster/tools.js';
import { STAGE_MS } from './stage.js';
import { asWritten, commandsOf, given, type Command, type Stand } from './transcript.js';

/** The binary of Service Catalog 0.3.1, which is not part of this project: CONTRIBUTING.md tells where it is from. */
const SVCAT = process.env['SVCAT'];

const SESSION = join(repositoryRoot(), 'test', 'e2e', 'svcat.session.txt');

const SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties: { size: { type: 'string', description: 'How big.' } },
};

const DATABASES = {
  id: 'db',
  name: 'db',
  description: 'A database',
  bindable: true,
  plan_updateable: true,
  tags: ['sql', 'tables'],
  plans: [
    {
      id: 'db-small',
      name: 'small',
      description: 'For trying it out',
      free: true,
      schemas: {
        service_instance: { create: { parameters: SCHEMA }, update: { parameters: SCHEMA } },
        service_binding: { create: { parameters: { ...SCHEMA, properties: { role: { type: 'string' } } } } },
      },
    },
    { id: 'db-large', name: 'large', description: 'For earnest', free: false, metadata: { cores: 8 } },
  ],
};

const QUEUES = {
  id: 'queue',
  name: 'queue',
  description: 'A queue',
  bindable: true,
  plan_updateable: true,
  plans: [
    { id: 'queue-basic', name: 'basic', description: 'One queue', free: true },
    { id: 'queue-premium', name: 'premium', description: 'Left out by the restrictions', free: false },
  ],
};

interface Way {
  way: string;
  /** Starts the controller; gives what stops it. */
  start: (cluster: Cluster, kubectl: Kubectl) => Promise<{ stop: () => Promise<void> }>;
}

const WAYS: readonly Way[] = [
  { way: 'with admission', start: (cluster) => startPlatform(cluster) },
  {
    way: 'without admission',
    start: async (cluster, kubectl) =>
      startServer(cluster, kubectl, await installCatalogAlone(cluster, kubectl)),
  },
];

const missing = SVCAT === undefined ? ' (skipped: SVCAT does not name a binary of svcat 0.3.1)' : '';

(SVCAT === undefined ? describe.skip : describe).each(WAYS)(`svcat, $way${missing}`, ({ start }) => {
  const brokers = [new GrantingBroker([DATABASES]), new GrantingBroker([QUEUES])] as const;
  let cluster: Cluster;
  let kubectl: Kubectl;
  let controller: { stop: () => Promise<void> } | undefined;
  let folder: string;
  let stand: Stand;

  beforeAll(async () => {
    cluster = await launchCluster('real');
    kubectl = await kubectlFor(cluster);
    controller = await start(cluster, kubectl);
    folder = await mkdtemp(join(tmpdir(), 'svcat-'));
    await symlink(SVCAT ?? '', join(folder, 'kubectl-svcat'));
    const [databases, queues] = await Promise.all(brokers.map((broker) => broker.listen()));
    stand = {
      'http://127.0.0.1:00001': databases ?? '',
      'http://127.0.0.1:00002': queues ?? '',
      '/plugins': folder,
    };
  }, STAGE_MS);

  afterAll(async () => {
    await controller?.stop();
    for (const broker of brokers) broker.close();
    await cluster.stop();
    await rm(folder, { recursive: true });
  }, STAGE_MS);

  async function run(command: Command): Promise<string> {
    const args = given(command, stand);
    const isPlugin = args[0] === 'svcat';
    if (command.tool === 'kubectl' && !isPlugin) {
      await kubectl.must(args);
      return '';
    }
    const file = isPlugin ? (await findTools()).kubectl : (SVCAT ?? '');
    const env = { KUBECONFIG: cluster.kubeconfig, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
    const { code, stdout, stderr } = await runTool(file, args, { env });
    const end = code === 0 ? '' : `[exit ${code}]\n`;
    return asWritten(stderr + stdout, command, stand) + end;
  }

  test(
    'does and says, command by command, what it does and says with Service Catalog',
    async () => {
      const expected = commandsOf(await readFile(SESSION, 'utf8'));
      const actual: Command[] = [];
      for (const command of expected) actual.push({ ...command, output: await run(command) });
      expect(actual).toEqual(expected);
    },
    STAGE_MS,
  );
});
