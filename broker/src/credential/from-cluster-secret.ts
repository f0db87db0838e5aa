import type { Kube, KubeObject } from '@mesitis/kube';
import type { SecretKeys } from '@mesitis/offering';
import { fromClusterError } from '../cluster-error.js';
import { BrokerError } from '../errors.js';
import { isJsonObject } from '../json.js';
import { RECORD_SECRET_TYPE } from '../store/instance-store.js';
import type { CredentialOf, CredentialSource } from './credential-source.js';
import { readingSource } from './reading-source.js';

/**
 * CredentialFromClusterSecret: a Secret in the broker's namespace, read when somebody asks.
 * @param namespace the broker's own
 */
export function credentialFromClusterSecret(
  kube: Pick<Kube, 'get'>,
  namespace: string,
): CredentialSource<CredentialOf<'CredentialFromClusterSecret'>> {
  return readingSource('CredentialFromClusterSecret', async ({ secretName, keys }) => {
    const name = `Secret ${namespace}/${secretName}`;
    let secret: KubeObject | undefined;
    try {
      secret = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: secretName });
    } catch (error) {
      throw fromClusterError(error, `reading ${name}`);
    }
    if (secret === undefined) {
      throw misconfigured(
        `${name}, which holds the credentials, does not exist; ask the provider to create it`,
      );
    }
    return { values: credentialsOf(secret, keys, name) };
  });
}

/**
 * The chosen keys of a Secret's `data` (all of them when none are chosen), renamed and decoded.
 * @param name how the Secret is called in errors
 * @throws BrokerError OfferingMisconfigured when it is a record of an instance, a key is missing or is not text, or two
 * keys get the same name
 */
export function credentialsOf(
  { type, data }: KubeObject,
  keys: SecretKeys | undefined,
  name: string,
): Record<string, string> {
  if (type === RECORD_SECRET_TYPE) {
    throw misconfigured(
      `${name} holds what this broker knows of an instance and is never delivered; ask the provider to correct credentialdata.secretname`,
    );
  }
  const values = new Map(Object.entries(isJsonObject(data) ? data : {}));
  const chosen =
    keys === undefined ? [...values.keys()].map((key) => [key, key] as const) : Object.entries(keys);
  const result = new Map<string, string>();
  for (const [key, target] of chosen) {
    const encoded = values.get(key);
    if (typeof encoded !== 'string') {
      throw misconfigured(
        `${name} has no key ${JSON.stringify(key)}; ask the provider to add it or to correct credentialdata.keys`,
      );
    }
    if (result.has(target)) {
      throw misconfigured(
        `two keys of ${name} are delivered as ${JSON.stringify(target)}; ask the provider to correct credentialdata.keys`,
      );
    }
    result.set(target, decode(encoded, `${name} key ${JSON.stringify(key)}`));
  }
  return Object.fromEntries(result);
}

function decode(encoded: string, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(encoded, 'base64'));
  } catch {
    throw misconfigured(
      `${what} is not UTF-8 text and can not be delivered; ask the provider to leave it out with credentialdata.keys`,
    );
  }
}

function misconfigured(description: string): BrokerError {
  return new BrokerError('OfferingMisconfigured', description);
}
