import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { makeAuthority } from '../cluster/certificates.js';
import { mustRun } from '../cluster/exec.js';
import { findTools } from '../cluster/tools.js';

/** A chart as the tests write it. */
export interface TestChart {
  name: string;
  version: string;
  templates: Record<string, string>;
}

const NAMED =
  'metadata: { name: "{{ .Release.Name }}", labels: { app.kubernetes.io/instance: "{{ .Release.Name }}" } }';

const SERVICE = `apiVersion: v1
kind: Service
${NAMED}
spec: { selector: { app: db }, ports: [{ name: postgresql, port: {{ .Values.port | default 5432 }} }] }
`;

const SETTINGS = `apiVersion: v1
kind: ConfigMap
${NAMED}
data: {{ toJson (.Values.data | default dict) }}
`;

/** Waits for nobody: there is neither a scheduler nor a node, so it is ready when the test says so. */
const POD = `apiVersion: v1
kind: Pod
${NAMED}
spec: { containers: [{ name: db, image: example.org/db }] }
`;

const HOOK = `apiVersion: v1
kind: ConfigMap
metadata: { name: "{{ .Release.Name }}-hook", annotations: { helm.sh/hook: post-install } }
`;

const FIXED = `apiVersion: v1
kind: ConfigMap
metadata: { name: shared-by-all }
`;

/** The charts of the tests by name: each can do one thing. */
export const CHARTS: Record<'database' | 'slow' | 'fixed' | 'failing' | 'refused', TestChart> = {
  database: {
    name: 'database',
    version: '1.2.3',
    templates: { service: SERVICE, settings: SETTINGS, hook: HOOK },
  },
  slow: { name: 'slow', version: '1.0.0', templates: { service: SERVICE, settings: SETTINGS, pod: POD } },
  fixed: { name: 'fixed', version: '1.0.0', templates: { fixed: FIXED } },
  failing: {
    name: 'failing',
    version: '1.0.0',
    templates: { settings: '{{ fail (printf "no database for %s" .Values.password) }}' },
  },
  refused: {
    name: 'refused',
    version: '1.0.0',
    templates: { settings: SETTINGS, service: SERVICE.replace('{{ .Values.port | default 5432 }}', '70000') },
  },
};

/** Where the charts can be had. */
export interface ChartSources {
  /** A folder with one folder per chart. */
  folder: string;
  /** The URL of an HTTP repository. */
  repository: string;
  /** A registry, as in `oci://localhost:5000/charts`. */
  registry: string;
  /** What a client has to trust for the registry: the path of a PEM file. */
  authorityFile: string;
  /** Has the repository lose its charts, or find them again. */
  setLost: (isLost: boolean) => void;
  close: () => Promise<void>;
}

/** Writes and packages the charts with the real helm, and serves them by HTTP and as an OCI registry by HTTPS. */
export async function serveCharts(directory: string): Promise<ChartSources> {
  const { helm } = await findTools();
  const [folder, packages] = [join(directory, 'charts'), join(directory, 'packages')];
  const env = { HELM_CACHE_HOME: join(directory, 'cache'), HELM_CONFIG_HOME: join(directory, 'config') };
  for (const chart of Object.values(CHARTS)) {
    await writeChart(folder, chart);
    await mustRun(helm, ['package', join(folder, chart.name), '--destination', packages], { env });
  }
  await mustRun(helm, ['repo', 'index', packages], { env });

  const authority = await makeAuthority('charts');
  const hosts = { dns: ['localhost'], ip: ['127.0.0.1'] };
  const { certificate, key } = await authority.issue({ commonName: 'localhost', hosts });
  const authorityFile = join(directory, 'authority.pem');
  await writeFile(authorityFile, authority.certificate);
  let hasLostThem = false;
  const repository = createServer(
    listener(async ({ url = '/' }) => {
      if (hasLostThem) throw new Error('no charts');
      return readFile(join(packages, url));
    }),
  );
  const registry = createTlsServer({ cert: certificate, key }, listener(registryAnswer(packages)));
  for (const server of [repository, registry]) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
  return {
    folder,
    repository: `http://127.0.0.1:${portOf(repository)}`,
    registry: `oci://localhost:${portOf(registry)}/charts`,
    authorityFile,
    setLost(isLost) {
      hasLostThem = isLost;
    },
    async close() {
      for (const server of [repository, registry]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

async function writeChart(folder: string, { name, version, templates }: TestChart): Promise<void> {
  await mkdir(join(folder, name, 'templates'), { recursive: true });
  await writeFile(join(folder, name, 'Chart.yaml'), stringify({ apiVersion: 'v2', name, version }));
  for (const [file, text] of Object.entries(templates)) {
    await writeFile(join(folder, name, 'templates', `${file}.yaml`), text);
  }
}

interface Answer {
  type: string;
  body: Buffer;
}

/** The few requests of the OCI distribution API with which helm pulls a chart. */
function registryAnswer(packages: string): (request: IncomingMessage) => Promise<Answer> {
  const config = Buffer.from('{}');
  return async ({ url = '' }) => {
    const [, name = '', kind, reference = ''] =
      /^\/v2\/charts\/([^/]+)\/(manifests|blobs)\/(.+)$/.exec(url) ?? [];
    const chart = Object.values(CHARTS).find((candidate) => candidate.name === name);
    if (chart === undefined) throw new Error('no such chart');
    const layer = await readFile(join(packages, `${name}-${chart.version}.tgz`));
    if (kind === 'blobs') {
      return {
        type: 'application/octet-stream',
        body: reference === digestOf(config) ? config : layer,
      };
    }
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config: descriptor('application/vnd.cncf.helm.config.v1+json', config),
        layers: [descriptor('application/vnd.cncf.helm.chart.content.v1.tar+gzip', layer)],
      }),
    );
    if (![chart.version, digestOf(manifest)].includes(reference)) throw new Error('no such version');
    return { type: 'application/vnd.oci.image.manifest.v1+json', body: manifest };
  };
}

function descriptor(mediaType: string, content: Buffer): object {
  return { mediaType, digest: digestOf(content), size: content.length };
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function listener(answer: (request: IncomingMessage) => Promise<Answer | Buffer>): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) => {
    answer(request).then(
      (found) => {
        const { type, body } = Buffer.isBuffer(found)
          ? { type: 'application/octet-stream', body: found }
          : found;
        response.writeHead(200, {
          'content-type': type,
          'content-length': body.length,
          'docker-content-digest': digestOf(body),
        });
        response.end(request.method === 'HEAD' ? undefined : body);
      },
      () => response.writeHead(404).end(),
    );
  };
}

function portOf(server: { address: () => AddressInfo | string | null }): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
  return address.port;
}
