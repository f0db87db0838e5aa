import type { KubeObject } from '@mesitis/kube';
import { matchesWhitelist } from '@mesitis/offering/whitelist';
import type { PluginKube } from '../context.js';
import { listAt, nameOf, recordAt } from './objects.js';
import { inputError, notMet, usageError } from './plugin-error.js';
import { BROKER_SELECTOR } from './registration.js';

/** Where a provider's broker is. */
export interface Provider {
  cluster: PluginKube;
  /** The namespace of the broker and of its ConfigMaps. */
  namespace: string;
}

/** The Service of the broker that the chart `mesitis` installed. Throws PluginError when there is none, or several. */
export async function brokerService(provider: Provider): Promise<KubeObject> {
  return onlyOne(await labelled(provider, 'Service'), {
    what: `Service of a broker in namespace ${provider.namespace}`,
    flag: '--url',
  });
}

/** `http://SERVICE.NAMESPACE.svc:PORT`. */
export function urlOf(service: KubeObject, scheme: 'http' | 'https'): string {
  const [port] = listAt(service['spec'], 'ports').map((each) => recordAt({ each }, 'each')['port']);
  return `${scheme}://${nameOf(service)}.${service.metadata.namespace ?? ''}.svc:${String(port)}`;
}

/** The Secret with the broker's credentials: the one that is named, else the one that the chart made. */
export async function brokerSecret(provider: Provider, name: string | undefined): Promise<KubeObject> {
  const { cluster, namespace } = provider;
  const secret =
    name === undefined
      ? onlyOne(await labelled(provider, 'Secret'), {
          what: `Secret of a broker in namespace ${namespace}`,
          flag: '--secret',
        })
      : await cluster.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
  if (secret === undefined) throw notMet(`there is no Secret '${name ?? ''}' in namespace ${namespace}`);
  const data = recordAt(secret, 'data');
  if (!('token' in data) && !('username' in data && 'password' in data)) {
    throw inputError(
      `Secret '${nameOf(secret)}' has neither username and password nor token, which a broker is called with`,
    );
  }
  return secret;
}

/** The namespaces that the entries of a provider's namespace whitelist, sorted. Throws PluginError when there is none. */
export async function whitelistedNamespaces({ cluster, namespace }: Provider): Promise<string[]> {
  // Late: the engine behind the language is most of the plugin.
  const { LABELS, parseProviderConfigMap } = await import('@mesitis/offering');
  const labelSelector = `${LABELS.kind}=catalog-entry`;
  const configMaps = await cluster.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace, labelSelector });
  const patterns = configMaps.items.flatMap((configMap) => {
    const parsed = parseProviderConfigMap(configMap);
    return parsed.ok && parsed.value.type === 'catalog-entry' && parsed.value.enabled
      ? parsed.value.entry.whitelist
      : [];
  });
  const all = await cluster.list({ apiVersion: 'v1', kind: 'Namespace' });
  const namespaces = all.items
    .map(nameOf)
    // Kubernetes keeps these to itself, whatever a glob matches.
    .filter((each) => !each.startsWith('kube-') && matchesWhitelist(patterns, each));
  if (namespaces.length > 0) return namespaces.sort();
  throw notMet(
    configMaps.items.length === 0
      ? `no catalog entry is published in namespace ${namespace}: choose the provider's namespace with -n`
      : `the entries in namespace ${namespace} whitelist no namespace that exists`,
  );
}

async function labelled({ cluster, namespace }: Provider, kind: string): Promise<KubeObject[]> {
  return (await cluster.list({ apiVersion: 'v1', kind, namespace, labelSelector: BROKER_SELECTOR })).items;
}

function onlyOne(found: readonly KubeObject[], { what, flag }: { what: string; flag: string }): KubeObject {
  const [only, ...others] = found;
  if (only === undefined)
    throw usageError(`there is no ${what}: choose the namespace with -n, or give ${flag}`);
  if (others.length > 0) throw usageError(`there is more than one ${what}: choose one with ${flag}`);
  return only;
}
