import type { Json, JsonObject } from '@mesitis/kube';
import type { SecretTransform } from '../model/objects.js';

/** Credentials on their way into a Secret: JSON from the broker, or bytes that a transform added. */
export type Credentials = Record<string, Json | Uint8Array>;

/** The Secrets that `addKeysFrom` names, by name: their data, decoded. */
export type TransformSources = ReadonlyMap<string, Record<string, Uint8Array>>;

/** The credentials after all transforms, or why one can't be done. The message names keys, never values. */
export type Transformed = { ok: true; credentials: Credentials } | { ok: false; message: string };

/**
 * Applies `spec.secretTransforms` in order (service-catalog.md section 4). `addKeysFrom` reads Secrets of the binding's own
 * namespace only: the archived controller copied from any, for anyone who might create a binding.
 */
export function transformCredentials(
  credentials: JsonObject,
  transforms: readonly SecretTransform[],
  sources: TransformSources,
): Transformed {
  let result: Credentials = credentials;
  for (const transform of transforms) {
    const next = applyOne(result, transform, sources);
    if (typeof next === 'string') return { ok: false, message: next };
    result = next;
  }
  return { ok: true, credentials: result };
}

/** The Secrets that have to be read first, or the sentence that says which one may not be. */
export function transformSources(
  transforms: readonly SecretTransform[],
  namespace: string,
): string[] | string {
  const names: string[] = [];
  for (const { addKeysFrom } of transforms) {
    const ref = addKeysFrom?.secretRef;
    if (ref?.name === undefined) continue;
    if (ref.namespace !== undefined && ref.namespace !== '' && ref.namespace !== namespace) {
      return `addKeysFrom may read Secrets of the namespace "${namespace}" only, not "${ref.namespace}/${ref.name}"`;
    }
    names.push(ref.name);
  }
  return names;
}

function applyOne(
  credentials: Credentials,
  { renameKey, addKey, addKeysFrom, removeKey }: SecretTransform,
  sources: TransformSources,
): Credentials | string {
  if (renameKey) return rename(credentials, renameKey.from, renameKey.to);
  if (removeKey) return without(credentials, removeKey.key);
  if (addKey) {
    const added = addedValue(addKey, credentials);
    return 'message' in added ? added.message : { ...credentials, [addKey.key]: added.value };
  }
  const name = addKeysFrom?.secretRef?.name;
  if (name === undefined) return credentials;
  const source = sources.get(name);
  return source === undefined
    ? `the Secret "${name}" of addKeysFrom does not exist`
    : { ...credentials, ...source };
}

function rename(credentials: Credentials, from: string, to: string): Credentials {
  const value = credentials[from];
  return value === undefined ? credentials : { ...without(credentials, from), [to]: value };
}

function without(credentials: Credentials, key: string): Credentials {
  return Object.fromEntries(Object.entries(credentials).filter(([name]) => name !== key));
}

type Added = { value: string | Uint8Array } | { message: string };

function addedValue(
  { key, value, stringValue, jsonPathExpression }: NonNullable<SecretTransform['addKey']>,
  credentials: Credentials,
): Added {
  if (jsonPathExpression !== undefined && jsonPathExpression !== null) {
    return evaluate(jsonPathExpression, credentials, key);
  }
  if (stringValue !== undefined && stringValue !== null) return { value: stringValue };
  return { value: Buffer.from(value ?? '', 'base64') };
}

/** Literal text with `{.path.to.field}` and `{.list[0]}` in it. */
function evaluate(template: string, credentials: Credentials, key: string): Added {
  let missing: string | undefined;
  const value = template.replace(/\{([^{}]*)\}/g, (_whole, path: string) => {
    const found = lookUp(path.trim(), credentials);
    if (found === undefined) missing ??= path;
    return found ?? '';
  });
  return missing === undefined
    ? { value }
    : { message: `jsonPathExpression of addKey "${key}": {${missing}} leads to nothing` };
}

function lookUp(path: string, credentials: Credentials): string | undefined {
  if (!/^(\.[\w-]+|\[\d+\]|\['[^']*'\])+$/.test(path)) return undefined;
  let value: Json | Uint8Array | Credentials | undefined = credentials;
  for (const [, field, index, quoted] of path.matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']*)'\]/g)) {
    value = child(value, field ?? index ?? quoted ?? '');
  }
  if (value === undefined || typeof value === 'string') return value;
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : JSON.stringify(value);
}

function child(
  value: Json | Uint8Array | Credentials | undefined,
  name: string,
): Json | Uint8Array | undefined {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined;
  return Object.hasOwn(value, name) ? (value as Credentials)[name] : undefined;
}
