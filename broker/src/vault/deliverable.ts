import type { Json, JsonObject } from '@mesitis/kube';
import type { SecretKeys } from '@mesitis/offering';
import { misconfigured } from './vault-failure.js';

/** What may be the key of a Kubernetes Secret, into which platforms write credentials (osb.md 4.1). */
const KEY = /^[-._a-zA-Z0-9]{1,253}$/;

/**
 * The chosen values (all of them when none are chosen), renamed. Strings, numbers and booleans stay what they are;
 * lists and objects become JSON text, so that every platform delivers one flat map; null counts as absent.
 * @param name how the secret is called in errors
 * @throws BrokerError OfferingMisconfigured when a key is missing, can't be delivered, or two get the same name
 */
export function deliverable(values: JsonObject, keys: SecretKeys | undefined, name: string): JsonObject {
  const present = new Map(Object.entries(values).filter(([, value]) => value !== null));
  const chosen =
    keys === undefined ? [...present.keys()].map((key) => [key, key] as const) : Object.entries(keys);
  const result = new Map<string, Json>();
  for (const [key, target] of chosen) {
    const value = present.get(key);
    if (value === undefined) {
      throw misconfigured(
        `${name} has no key ${JSON.stringify(key)}; ask the provider to add it or to correct credentialdata.keys`,
      );
    }
    if (!KEY.test(target)) {
      throw misconfigured(
        `${name} has the key ${JSON.stringify(target)}, which can not be delivered; ask the provider to rename it with credentialdata.keys to letters, digits, "-", "_" and "."`,
      );
    }
    if (result.has(target)) {
      throw misconfigured(
        `two keys of ${name} are delivered as ${JSON.stringify(target)}; ask the provider to correct credentialdata.keys`,
      );
    }
    result.set(target, typeof value === 'object' ? JSON.stringify(value) : value);
  }
  if (result.size === 0) {
    throw misconfigured(`${name} holds nothing to deliver; ask the provider to write the secret`);
  }
  return Object.fromEntries(result);
}
