import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { repositoryRoot } from '../cluster/folders.js';
import type { Figure } from './figures.js';
import { times } from './figures.js';

const run = promisify(execFile);

/** What kubeconform does on one core, as measured for the goal that lint has: 5,000. */
const KUBECONFORM = '1,900/s by kubeconform';

const ENTRY = {
  team: 'api',
  description: 'Weather forecasts for the next seven days',
  version: '1',
  whitelist: ['client-ns', 'team-*'],
  provisionkind: 'ProvisionNonClusterURL',
  provisiondata: { url: 'https://weather.example.com/v1' },
  credentialkind: 'CredentialNoCredential',
};
const SIZE = { type: 'string', enum: ['small', 'medium', 'large'], default: 'small' };
const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: { size: SIZE, replicas: { type: 'integer', minimum: 1, maximum: 5 } },
  required: ['size'],
};
const POD = { name: 'db', image: 'postgres:16', env: [{ name: 'SIZE', value: '${consumer.namespace}' }] };
const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'db-${instance.shortId}', labels: { app: 'db' } },
  spec: {
    selector: { matchLabels: { app: 'db' } },
    template: { metadata: { labels: { app: 'db' } }, spec: { containers: [POD] } },
  },
};
const ENTRY_LABELS = { 'mesitis/kind': 'catalog-entry', 'mesitis/enabled': 'true' };
const OBJECT_LABELS = {
  'mesitis/kind': 'wrapped-deployment',
  'mesitis/enabled': 'true',
  'mesitis/offering': 'db',
  'mesitis/order': '1',
};

/** What is linted: the labels of a ConfigMap and its payload, as text. */
const MAKE_UPS: readonly [what: string, of: (index: number) => { labels: object; payload: string }][] = [
  ['entries in YAML', (index) => ({ labels: ENTRY_LABELS, payload: stringify(entry(index)) })],
  ['entries in JSON', (index) => ({ labels: ENTRY_LABELS, payload: JSON.stringify(entry(index), null, 2) })],
  [
    'entries with a schema',
    (index) => ({ labels: ENTRY_LABELS, payload: stringify({ ...entry(index), parameters: SCHEMA }) }),
  ],
  ['wrapped objects', () => ({ labels: OBJECT_LABELS, payload: stringify(DEPLOYMENT) })],
];

/**
 * `kubectl mesitis lint` on a file of so many ConfigMaps, beside a process that only reads the file with the YAML library:
 * the processor time of the whole process, start included, so that whatever else the machine does counts less.
 */
export async function benchLinting(count: number): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'mesitis-bench-'));
  const file = join(folder, 'all.yaml');
  const figures: Figure[] = [];
  try {
    for (const [what, of] of MAKE_UPS) {
      const all = Array.from({ length: count }, (_, index) => configMap(index, of(index)));
      await writeFile(file, all.join('---\n'));
      const reading = await cpuSecondsOf(['--eval', READ_ONLY, file]);
      const linting = await cpuSecondsOf([
        join(repositoryRoot(), 'kubectl-plugin/bin/kubectl-mesitis'),
        'lint',
        file,
      ]);
      figures.push({
        what: `lint ${count} ${what}`,
        value: `${Math.round(count / linting)}/s`,
        baseline: `${Math.round(count / reading)}/s only read; ${KUBECONFORM}`,
        ratio: times(linting, reading),
      });
    }
    return figures;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const READ_ONLY = `const { parseAllDocuments } = require('yaml');
for (const one of parseAllDocuments(require('node:fs').readFileSync(process.argv[1], 'utf8'))) one.toJS();`;

function entry(index: number): object {
  return { ...ENTRY, offering: `weather-${index}`, uuid: `id-${index}` };
}

function configMap(index: number, { labels, payload }: { labels: object; payload: string }): string {
  const metadata = { name: `entry-${index}`, namespace: 'provider-ns', labels };
  return stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'wrapped-resource': payload } });
}

/** The processor time that a run of Node took. */
async function cpuSecondsOf(argv: readonly string[]): Promise<number> {
  const before = await childrenCpuSeconds();
  await run(process.execPath, argv, { cwd: repositoryRoot() });
  return (await childrenCpuSeconds()) - before;
}

/** Of the children that have ended; from /proc, whose clock ticks a hundred times a second (proc(5)). */
async function childrenCpuSeconds(): Promise<number> {
  const stat = await readFile('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
