import type { KubeObject, ObjectRef } from '@mesitis/kube';
import { API_VERSION } from '../model/kinds.js';

/** An object of our own API as a key of queues and indexes: `Kind/namespace/name`, the namespace empty for none. */
export function keyOf({ kind, metadata }: KubeObject): string {
  return keyFor(kind, metadata.namespace, metadata.name ?? '');
}

/** See {@link keyOf}. */
export function keyFor(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}/${namespace ?? ''}/${name}`;
}

/** The object that a key stands for. */
export function refOfKey(key: string): ObjectRef {
  const [kind = '', namespace = '', name = ''] = key.split('/');
  return { apiVersion: API_VERSION, kind, name, ...(namespace === '' ? {} : { namespace }) };
}
