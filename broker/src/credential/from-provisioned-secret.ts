import type { Kube, KubeObject, ListQuery } from '@mesitis/kube';
import { isKubeError } from '@mesitis/kube';
import { fromClusterError } from '../cluster-error.js';
import { BrokerError } from '../errors.js';
import type { CredentialOf, CredentialSource } from './credential-source.js';
import { credentialsOf } from './from-cluster-secret.js';
import { readingSource } from './reading-source.js';

/** What CredentialFromProvisionedSecret works with. */
export interface ProvisionedSecretOptions {
  kube: Pick<Kube, 'list' | 'watch'>;
  /** How long a bind waits for a Secret that is still to be made, in milliseconds. */
  waitMs: number;
}

/**
 * CredentialFromProvisionedSecret: a Secret that provisioning made, in the provision namespace. Operators write theirs a
 * while after the object that asks for it, and Service Catalog never repeats a bind that failed, so it is waited for.
 */
export function credentialFromProvisionedSecret({
  kube,
  waitMs,
}: ProvisionedSecretOptions): CredentialSource<CredentialOf<'CredentialFromProvisionedSecret'>> {
  return readingSource('CredentialFromProvisionedSecret', async ({ secretName, keys }, binding) => {
    const { provisionNamespace: namespace } = binding;
    if (namespace === undefined) {
      throw new BrokerError(
        'OfferingMisconfigured',
        'the offering makes no objects, so there is no Secret among them; ask the provider to take the credentials from elsewhere',
      );
    }
    const name = `Secret ${namespace}/${secretName}`;
    const query = {
      apiVersion: 'v1',
      kind: 'Secret',
      namespace,
      fieldSelector: `metadata.name=${secretName}`,
    };
    try {
      const secret = await appearing(kube, query, AbortSignal.timeout(waitMs));
      if (secret !== undefined) return { values: credentialsOf(secret, keys, name) };
    } catch (error) {
      throw fromClusterError(error, `reading ${name}`);
    }
    throw new BrokerError(
      'OfferingMisconfigured',
      `${name}, which holds the credentials, has not been made within ${Math.round(waitMs / 1000)} s; bind again later, or ask the provider to correct credentialdata.secretname`,
    );
  });
}

/** The object that the query names as soon as it is there; undefined when the signal fires first. */
async function appearing(
  kube: ProvisionedSecretOptions['kube'],
  query: ListQuery,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  while (!signal.aborted) {
    const { items, resourceVersion } = await kube.list(query);
    if (items[0] !== undefined) return items[0];
    try {
      for await (const { type, object } of kube.watch(query, resourceVersion, { signal })) {
        if (type === 'ADDED' || type === 'MODIFIED') return object;
      }
    } catch (error) {
      // A watch that is too old starts over from a list.
      if (!isKubeError(error, 'gone') && !hasFired(signal)) throw error;
    }
  }
  return undefined;
}

/** A function, because what awaits in between changes it. */
function hasFired({ aborted }: AbortSignal): boolean {
  return aborted;
}
