import type { Json, JsonObject, KubeObject } from '@mesitis/kube';
import { isJsonObject, member } from '../json.js';

/** The metadata that a provider may write; the rest is the server's. */
const WRITTEN_METADATA = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

/** Annotations that others rewrite all the time; they get into wrapped objects by pasting from a live one. */
const PASTED_ANNOTATIONS = [
  'deployment.kubernetes.io/revision',
  'kubectl.kubernetes.io/last-applied-configuration',
];

/**
 * Of an object what can be compared and patched: without its identity, its status and what only the server sets. A
 * Secret's `stringData` is folded into `data`, as the server does it. Nulls are left out: they say nothing.
 */
export function writtenPart({ apiVersion, kind, metadata, ...content }: KubeObject): JsonObject {
  const isSecret = apiVersion === 'v1' && kind === 'Secret';
  const spoken = without((isSecret ? foldStringData(content) : content) as JsonObject, ['status']);
  const part = withoutNulls({ ...spoken, metadata: writtenMetadata(metadata as JsonObject) });
  return isJsonObject(part) ? part : {};
}

function writtenMetadata(metadata: JsonObject): JsonObject {
  const written: JsonObject = {};
  for (const key of WRITTEN_METADATA) {
    const value = member(metadata, key);
    if (value === undefined || value === null) continue;
    written[key] = key === 'annotations' && isJsonObject(value) ? without(value, PASTED_ANNOTATIONS) : value;
  }
  return written;
}

function without(map: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}

function foldStringData({ stringData, data, ...rest }: Record<string, unknown>): Record<string, unknown> {
  if (!isJsonObject(stringData)) return data === undefined ? rest : { ...rest, data };
  const folded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64'),
  ]);
  return { ...rest, data: { ...(isJsonObject(data) ? data : {}), ...Object.fromEntries(folded) } };
}

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([, child]) => child !== null);
  return Object.fromEntries(kept.map(([key, child]) => [key, withoutNulls(child)]));
}
