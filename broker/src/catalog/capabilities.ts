import type { Json } from '@mesitis/kube';
import type { CatalogEntry, ProviderConfiguration } from '@mesitis/offering';
import { usesGenerate } from '@mesitis/offering';

/** What this process is set up for, beyond what every broker does. */
export interface Capabilities {
  /** It was given a `helm` to run. */
  runsHelm: boolean;
  /** Its store may hold secrets. */
  keepsSecrets: boolean;
}

/** Why a broker that is set up so can't carry out a valid configuration, as one sentence; undefined when it can. */
export function incapacity(
  configuration: ProviderConfiguration,
  { runsHelm, keepsSecrets }: Capabilities,
): string | undefined {
  if (!keepsSecrets && mustKeepSecrets(configuration)) {
    return 'it needs a store that keeps secrets, and the broker runs on redis without STORE_ENCRYPTION_KEY';
  }
  if (configuration.type !== 'catalog-entry') return undefined;
  const { kind } = configuration.entry.provision;
  return kind === 'ProvisionHelmChart' && !runsHelm
    ? 'it is a Helm chart, and the broker runs without HELM, the path of the helm binary'
    : undefined;
}

function mustKeepSecrets(configuration: ProviderConfiguration): boolean {
  if (configuration.type === 'wrapped-resource') return usesGenerate(configuration.resource.object as Json);
  const { provision, credential }: CatalogEntry = configuration.entry;
  // A lease of Vault has to be kept with what it gave.
  return credential.kind === 'CredentialFromVault' || usesGenerate(provision) || usesGenerate(credential);
}
