import type { Agent, OutgoingHttpHeaders } from 'node:http';
import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import type { Credentials, TlsSettings } from './credentials.js';
import type { Identity } from './own-credentials.js';

// The only file that imports the Kubernetes client, and only for what it knows of exec plugins, OIDC and proxies.
// Objects never go through it: its typed serializer drops the fields that its models don't have.

/**
 * The credentials of whatever a kubeconfig may say: it runs credential plugins, renews tokens, and makes the agent that
 * goes through a proxy.
 *
 * @throws what the client throws, with whatever a plugin said behind the first line of its message
 */
export async function readClientCredentials(identity: Identity): Promise<Credentials> {
  // A new KubeConfig each time: it keeps tokens that it read or got, and ours is asked when those were refused.
  const config = configOf(identity);
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const proxied = config.getCurrentCluster()?.proxyUrl !== undefined;
  return {
    tls: tlsSettings(options),
    headers: headers(options, identity),
    ...(proxied && typeof options.agent === 'object' ? { proxyAgent: options.agent satisfies Agent } : {}),
  };
}

function configOf(identity: Identity): KubeConfig {
  const cluster = dataBeforeFiles(identity.cluster);
  const user = dataBeforeFiles(identity.user);
  const config = new KubeConfig();
  config.loadFromString(
    JSON.stringify({
      clusters: [
        {
          name: 'chosen',
          // The client refuses plain HTTP unless it is told that nothing is to be verified.
          cluster: String(cluster['server']).startsWith('http:')
            ? { ...cluster, 'insecure-skip-tls-verify': true }
            : cluster,
        },
      ],
      users: [{ name: 'chosen', user: clientUser(user) }],
      contexts: [{ name: 'chosen', context: { cluster: 'chosen', user: 'chosen' } }],
      'current-context': 'chosen',
    }),
  );
  return config;
}

/** The client takes a file before data of the same, kubectl the other way round. */
function dataBeforeFiles(entry: Identity['user']): Identity['user'] {
  return Object.fromEntries(Object.entries(entry).filter(([field]) => !entry[`${field}-data`]));
}

/** The user entry in the client's dialect: it does not read `tokenFile`, nor tell exec plugins who calls them. */
function clientUser(user: Record<string, unknown>): Record<string, unknown> {
  const { tokenFile, exec, ...rest } = user;
  if (typeof tokenFile === 'string') {
    return { ...rest, token: undefined, 'auth-provider': { name: 'tokenFile', config: { tokenFile } } };
  }
  return typeof exec === 'object' && exec !== null ? { ...rest, exec: withExecInfo(exec) } : rest;
}

function withExecInfo(exec: { apiVersion?: unknown; env?: unknown }): object {
  // client-go credential plugins, "Input and output formats": plugins read this variable and some insist on it.
  const info = { apiVersion: exec.apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  const env: unknown[] = Array.isArray(exec.env) ? exec.env : [];
  return { ...exec, env: [{ name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }, ...env] };
}

function tlsSettings(options: RequestOptions): TlsSettings {
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  return Object.fromEntries(
    Object.entries({ ca, cert, key, servername, rejectUnauthorized }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}

function headers(options: RequestOptions, { asGroups, asUid }: Identity): OutgoingHttpHeaders {
  const result: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    // Token files usually end in a newline, which no header may contain.
    result[name] = typeof value === 'string' ? value.trim() : value;
  }
  if (typeof options.auth === 'string') {
    result['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  }
  if (asGroups.length > 0) result['Impersonate-Group'] = asGroups;
  if (asUid !== undefined) result['Impersonate-Uid'] = asUid;
  return result;
}
