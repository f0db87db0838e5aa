import type { JsonObject, KubeObject } from '@mesitis/kube';
import { untilAdmissionWorks } from './admission.js';
import { startBroker, type Broker, type BrokerOptions } from './broker.js';
import { pick, renderChart } from './chart.js';
import { serverSpecOf } from './deployment.js';
import { freePort } from './free-port.js';
import { install } from './installation.js';
import { endpointOf } from './kubeconfig.js';
import { kubectlFor, type Kubectl } from './kubectl.js';
import type { Cluster } from './launch.js';
import { startServer, type Server } from './server.js';
import { webhookHosts } from './webhook-hosts.js';

/** Options of {@link startPlatform}. */
export interface PlatformOptions {
  /** Default `mesitis-system`; made when it isn't there. */
  namespace?: string;
  /** The Helm release's name. Default `mesitis`. */
  release?: string;
  /** The host at which the API server reaches this machine. Default: DEMO_HOST, else found by trying. */
  webhookHost?: string;
  /** More values under `webhook` of the chart. */
  webhook?: JsonObject & { dryRun?: { namespaces: string[] } };
}

/** An installed platform with its two servers and the brokers that were added to it. */
export interface Platform {
  readonly namespace: string;
  readonly release: string;
  /** The name of the ValidatingWebhookConfiguration. */
  readonly webhookConfiguration: string;
  readonly webhook: Server;
  readonly catalog: Server;
  /** {@link startBroker} on the same cluster; stop() and uninstall() then include the broker. */
  startBroker: (options: BrokerOptions) => Promise<Broker>;
  /** Stops every server. What was installed ends with the cluster, or is removed too where that goes on (`current`). */
  stop: () => Promise<void>;
  /**
   * Removes everything that was installed, CRDs with their objects included, and stops the servers. Instances and
   * bindings should be gone by then: the catalog still gives back what is left, but only as far as brokers answer.
   */
  uninstall: () => Promise<void>;
}

const ADMISSION_LIMIT_MS = 15_000;

/**
 * Installs the chart `mesitis-platform` on a cluster and runs its servers as processes with the rights of the chart's
 * ServiceAccounts. Only what a process beside others can't have in common with a Pod differs: ports, and a URL instead
 * of the Service in the webhook's registration, because without kube-proxy the API server can't reach a Service.
 *
 * @throws an Error that tells which step failed; nothing is left running then.
 */
export async function startPlatform(cluster: Cluster, options: PlatformOptions = {}): Promise<Platform> {
  const { namespace = 'mesitis-system', release = 'mesitis' } = options;
  const kubectl = await kubectlFor(cluster);
  const hosts = await hostsOf(kubectl, options.webhookHost ?? process.env['DEMO_HOST']);
  const port = await freePort();
  const kubeVersion = await serverVersion(kubectl);
  const render = (host: string): Promise<KubeObject[]> =>
    renderChart({
      chart: 'mesitis-platform',
      name: release,
      namespace,
      kubeVersion,
      values: {
        // The processes below stand in for the Pods.
        webhook: {
          ...options.webhook,
          replicas: 0,
          url: `https://${host}:${port}/validate`,
          extraHosts: hosts,
        },
        catalog: { replicas: 0 },
      },
    });
  const objects = await render(hosts[0] ?? '127.0.0.1');
  const registration = pick(objects, 'ValidatingWebhookConfiguration');
  const isRegistration = ({ kind }: KubeObject): boolean => kind.endsWith('WebhookConfiguration');
  const installed = await install(
    cluster,
    kubectl,
    [namespace, ...(options.webhook?.dryRun?.namespaces ?? [])],
    objects,
  );

  const servers: Server[] = [];
  const brokers: Broker[] = [];
  const stopServers = async (): Promise<void> => {
    await Promise.all([...brokers, ...servers].map((server) => server.stop()));
  };
  const uninstall = async (): Promise<void> => {
    // The registration first: without the webhook it would refuse the rest. The CRDs while catalog and brokers run:
    // what is left of their objects waits for the catalog's finalizer.
    try {
      await kubectl.remove(installed.filter(isRegistration));
      await kubectl.remove(installed.filter(({ kind }) => kind === 'CustomResourceDefinition'));
      await Promise.all(brokers.map((broker) => broker.uninstall()));
    } finally {
      await stopServers();
    }
    await kubectl.remove(installed.toReversed());
  };
  const stop = cluster.kind === 'current' ? uninstall : stopServers;
  const run = async (name: string, servingPort?: number): Promise<Server> => {
    const spec = serverSpecOf(pick(objects, 'Deployment', `${release}-${name}`));
    const server = await startServer(
      cluster,
      kubectl,
      spec,
      servingPort === undefined ? {} : { port: servingPort },
    );
    servers.push(server);
    return server;
  };
  try {
    const [webhook, catalog] = await bothOrNone([run('webhook', port), run('catalog')]);
    await registerAt(hosts, {
      register: async (host) => {
        await install(cluster, kubectl, [], (await render(host)).filter(isRegistration));
      },
      untilHeard: () => untilAdmissionWorks(kubectl, namespace, ADMISSION_LIMIT_MS),
    });
    return {
      namespace,
      release,
      webhookConfiguration: registration.metadata.name ?? '',
      webhook,
      catalog,
      startBroker: async (brokerOptions) => {
        const broker = await startBroker(cluster, brokerOptions);
        brokers.push(broker);
        return broker;
      },
      stop,
      uninstall,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** As helm asks the API server when it installs a chart itself. */
async function serverVersion(kubectl: Kubectl): Promise<string> {
  const { stdout } = await kubectl.run(['version', '-o', 'json']);
  return (JSON.parse(stdout) as { serverVersion: { gitVersion: string } }).serverVersion.gitVersion;
}

/** Both values; when one fails, only after the other has settled, so that nothing starts behind the caller's back. */
async function bothOrNone<Value>(promises: [Promise<Value>, Promise<Value>]): Promise<[Value, Value]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/**
 * Has the API server call the webhook at one host after the other until it reaches it; at the first it is registered
 * already. @throws what the last says.
 */
async function registerAt(
  hosts: readonly string[],
  steps: { register: (host: string) => Promise<void>; untilHeard: () => Promise<void> },
): Promise<void> {
  let failure = new Error('This machine has no address that the API server could reach; set DEMO_HOST.');
  for (const [index, host] of hosts.entries()) {
    if (index > 0) await steps.register(host);
    try {
      await steps.untilHeard();
      return;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failure = new Error(`With the webhook at ${host} (set DEMO_HOST for another host): ${reason}`, {
        cause: error,
      });
    }
  }
  throw failure;
}

async function hostsOf(kubectl: Kubectl, given: string | undefined): Promise<string[]> {
  if (given !== undefined && given !== '') return [given];
  const { server } = endpointOf(await kubectl.must(['config', 'view', '--minify', '--flatten', '--raw']));
  return webhookHosts(server);
}
