import { isKubeError } from '@mesitis/kube';
import type { Kube, KubeObject } from '@mesitis/kube';

const NAME = 'cluster-info';

/**
 * The id that brokers know this cluster by: key `id` of the ConfigMap `cluster-info`. Made up once where there is
 * none. Throws a KubeError.
 */
export async function clusterId(
  kube: Pick<Kube, 'get' | 'create' | 'patch'>,
  namespace: string,
  newId: () => string,
): Promise<string> {
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: NAME };
  const existing = await kube.get(ref);
  const known = existing === undefined ? undefined : idIn(existing);
  if (known !== undefined) return known;
  const data = { id: newId() };
  if (existing !== undefined) {
    await kube.patch(ref, { type: 'merge', body: { data } });
    return data.id;
  }
  try {
    await kube.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: NAME, namespace }, data });
    return data.id;
  } catch (error) {
    // Another replica was faster: its id counts.
    if (isKubeError(error, 'already-exists')) return clusterId(kube, namespace, newId);
    throw error;
  }
}

function idIn(configMap: KubeObject): string | undefined {
  const data = configMap['data'] as { id?: unknown } | undefined;
  return typeof data?.id === 'string' && data.id !== '' ? data.id : undefined;
}
