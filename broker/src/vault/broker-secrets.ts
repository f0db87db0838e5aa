import type { JsonObject, Kube, KubeObject } from '@mesitis/kube';
import { fromClusterError } from '../cluster-error.js';
import { isJsonObject, member } from '../json.js';
import { misconfigured } from './vault-failure.js';

/** Reads what logging in to Vault needs out of Secrets in the broker's own namespace. */
export class BrokerSecrets {
  readonly #kube: Pick<Kube, 'get'>;
  readonly #namespace: string;

  constructor(kube: Pick<Kube, 'get'>, namespace: string) {
    this.#kube = kube;
    this.#namespace = namespace;
  }

  /** How errors name a Secret. */
  name(secretName: string): string {
    return `Secret ${this.#namespace}/${secretName}`;
  }

  /**
   * The text of each key, without white space around it: `kubectl create secret --from-file` keeps the line's end.
   * @throws BrokerError OfferingMisconfigured that names the Secret and the key, never the value
   */
  async read<Key extends string>(secretName: string, keys: readonly Key[]): Promise<Record<Key, string>> {
    const name = this.name(secretName);
    const data = await this.#data(secretName);
    const texts = keys.map((key): [Key, string] => {
      const encoded = member(data, key);
      const text = typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString('utf8').trim() : '';
      if (text === '') {
        throw misconfigured(
          `${name} has no key ${JSON.stringify(key)}, which vaultauth needs; ask the provider to add it`,
        );
      }
      return [key, text];
    });
    return Object.fromEntries(texts) as Record<Key, string>;
  }

  async #data(secretName: string): Promise<JsonObject> {
    const name = this.name(secretName);
    const ref = { apiVersion: 'v1', kind: 'Secret', namespace: this.#namespace, name: secretName };
    let secret: KubeObject | undefined;
    try {
      secret = await this.#kube.get(ref);
    } catch (error) {
      throw fromClusterError(error, `reading ${name}`);
    }
    if (secret === undefined) {
      throw misconfigured(`${name}, which vaultauth names, does not exist; ask the provider to create it`);
    }
    return isJsonObject(secret['data']) ? secret['data'] : {};
  }
}
