import { isKubeError } from '@mesitis/kube';
import { EXIT } from './exit-codes.js';
import type { Place } from './find-objects.js';
import { nearest } from './nearest.js';
import { nameOf } from './objects.js';
import { PluginError } from './plugin-error.js';

/**
 * Makes sure, where nothing was found, that this is not for want of the namespace: the API server answers a list in a
 * namespace that does not exist with an empty one. To be asked only then, so that it costs nothing as a rule. Whoever may
 * not look at namespaces passes.
 * @throws PluginError (refused) when there is no such namespace
 */
export async function checkNamespace({ cluster, namespace }: Place): Promise<void> {
  const ref = { apiVersion: 'v1', kind: 'Namespace' };
  try {
    if ((await cluster.get({ ...ref, name: namespace })) !== undefined) return;
  } catch (error) {
    if (isKubeError(error, 'forbidden')) return;
    throw error;
  }
  const guess = nearest(namespace, await namespacesSeen(cluster));
  throw new PluginError(
    EXIT.refused,
    `there is no namespace '${namespace}'; ${guess === undefined ? 'choose another with -n, or have it created' : `did you mean ${guess}?`}`,
  );
}

async function namespacesSeen(cluster: Place['cluster']): Promise<string[]> {
  try {
    return (await cluster.list({ apiVersion: 'v1', kind: 'Namespace' })).items.map(nameOf);
  } catch (error) {
    if (isKubeError(error, 'forbidden')) return [];
    throw error;
  }
}
