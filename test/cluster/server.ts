import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answersOk } from './control-plane.js';
import { environmentOf, type ServerSpec } from './deployment.js';
import { repositoryRoot } from './folders.js';
import { freePort } from './free-port.js';
import { endpointOf, kubeconfigText } from './kubeconfig.js';
import type { Kubectl } from './kubectl.js';
import type { Cluster } from './launch.js';
import { startProcess, untilReady, type ManagedProcess } from './process.js';
import { renewSecretMounts, withSecretMounts } from './secret-mounts.js';
import { findTools } from './tools.js';

/** A server of Mesitis that runs as a process of its own, with the rights of the chart's ServiceAccount. */
export interface Server {
  /** The port that it serves on; undefined for a server that nobody calls. The same after a restart. */
  readonly port: number | undefined;
  /** `http://127.0.0.1:PORT`, where /healthz and /readyz are. The same after a restart. */
  readonly healthUrl: string;
  /** Of the process that runs now, or ran last. */
  pid: () => number;
  /** Every line that it has printed, over restarts. */
  logs: () => string[];
  /** As Kubernetes does it: SIGTERM, and SIGKILL when it doesn't end. */
  stop: () => Promise<void>;
  /** As a crash of the node does it: SIGKILL. */
  kill: () => Promise<void>;
  /** Starts it again after stop or kill. */
  start: () => Promise<void>;
  /** Brings what the mounted Secrets hold now into the folders that the process reads, as the kubelet does. */
  renewMounts: () => Promise<void>;
}

/** What a process may have otherwise than the Pod that it stands in for. */
export interface ServerOptions {
  /** The port to serve on, for a Deployment that sets PORT. Default: any free one. */
  port?: number;
  /** Variables that differ from those of the Deployment. */
  environment?: Record<string, string>;
  /** The URL of something that stands between the server and the API server. */
  apiServer?: string;
}

const READY_LIMIT_MS = 30_000;

/**
 * Starts what a Deployment would start, with a token of its ServiceAccount, and waits until it is ready.
 *
 * @throws an Error with the end of its log when it doesn't become ready within 30 s.
 */
export async function startServer(
  cluster: Cluster,
  kubectl: Kubectl,
  spec: ServerSpec,
  options: ServerOptions = {},
): Promise<Server> {
  const [environment, kubeconfig, freePorts] = await Promise.all([
    processEnvironment(cluster, kubectl, spec),
    serverKubeconfig(cluster, kubectl, spec, options.apiServer),
    Promise.all([options.port ?? freePort(), freePort()]),
  ]);
  const [mainPort, healthPort] = freePorts;
  const serves = environment['PORT'] !== undefined;
  const start = async (): Promise<ManagedProcess> =>
    run(spec, {
      ...environment,
      ...options.environment,
      // What processes beside others on one machine can't have as Pods have it.
      ...(serves ? { PORT: String(mainPort) } : {}),
      HEALTH_PORT: String(healthPort),
      KUBECONFIG: kubeconfig,
      PATH: process.env['PATH'] ?? '',
    });
  const earlier: string[] = [];
  let server = await start();
  return {
    port: serves ? mainPort : undefined,
    healthUrl: `http://127.0.0.1:${healthPort}`,
    pid: () => server.pid,
    logs: () => [...earlier, ...server.logs()],
    stop: () => server.stop(),
    kill: () => server.kill(),
    start: async () => {
      if (server.running()) throw new Error(`${spec.name} runs already; stop it first.`);
      earlier.push(...server.logs());
      server = await start();
    },
    renewMounts: () => renewSecretMounts(spec, kubectl, cluster.directory),
  };
}

/** The variables of the Deployment, with this machine's paths for those that the image and its mounts have. */
async function processEnvironment(
  cluster: Cluster,
  kubectl: Kubectl,
  spec: ServerSpec,
): Promise<Record<string, string>> {
  const variables = await environmentOf(spec, {
    // The same over restarts, as of a container in its Pod, and another one for each server.
    podName: `${spec.name}-${randomUUID()}`,
    secretValue: (name, key) => kubectl.secretValue(spec.namespace, name, key),
  });
  const { HELM: helm, ...environment } = await withSecretMounts(spec, kubectl, cluster.directory, variables);
  return helm === undefined ? environment : { ...environment, HELM: (await findTools()).helm };
}

async function run(spec: ServerSpec, env: Record<string, string>): Promise<ManagedProcess> {
  const server = await startProcess({
    name: spec.name,
    file: process.execPath,
    args: spec.args,
    cwd: repositoryRoot(),
    env,
  });
  return untilReady(server, READY_LIMIT_MS, async () => {
    const { main, health } = portsOf(server.logs());
    if (health === undefined || (env['PORT'] !== undefined && main === undefined)) return undefined;
    return (await answersOk(`http://127.0.0.1:${health}/readyz`)) && server;
  });
}

/** The ports that a server has told in its log. Lines that are no JSON are passed over. */
export function portsOf(lines: readonly string[]): { main?: number; health?: number } {
  const ports: { main?: number; health?: number } = {};
  for (const line of lines) {
    const { msg, port } = parseLine(line);
    if (typeof port !== 'number') continue;
    if (msg === 'listening') ports.main = port;
    if (msg === 'health listening') ports.health = port;
  }
  return ports;
}

function parseLine(line: string): { msg?: unknown; port?: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** Writes a kubeconfig for the server's ServiceAccount and gives its path. */
async function serverKubeconfig(
  cluster: Cluster,
  kubectl: Kubectl,
  { namespace, serviceAccount, name }: ServerSpec,
  apiServer: string | undefined,
): Promise<string> {
  const token = await kubectl.must(['-n', namespace, 'create', 'token', serviceAccount, '--duration=24h']);
  const server =
    apiServer === undefined
      ? endpointOf(await kubectl.must(['config', 'view', '--minify', '--flatten', '--raw']))
      : { server: apiServer };
  const path = join(cluster.directory, `${namespace}-${name}.kubeconfig`);
  await writeFile(path, kubeconfigText(server, { kind: 'token', token: token.trim() }, namespace), {
    mode: 0o600,
  });
  return path;
}
