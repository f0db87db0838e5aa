import { hasExpression } from './expressions.js';
import type { Json } from './json.js';
import type { CatalogEntry, Credential, Provision, ProviderConfiguration } from './model.js';

/** What is in the language, and checked, but not yet carried out by the broker of this release. */
const NOT_YET: ReadonlySet<Provision['kind'] | Credential['kind']> = new Set([
  'ProvisionHelmChart',
  'CredentialFromVault',
  'CredentialFromProvisionedSecret',
] as const);

/**
 * Why this release does not run a configuration that is valid, as one sentence; undefined when it does. The broker
 * leaves such an entry out of its catalog, and the webhook admits it with this as a warning.
 */
export function unsupported(configuration: ProviderConfiguration): string | undefined {
  if (configuration.type === 'catalog-entry') return unsupportedEntry(configuration.entry);
  const { object } = configuration.resource;
  if (!hasExpression(object as Json)) return undefined;
  return 'The wrapped object holds ${ } expressions, which this release checks but does not evaluate yet';
}

function unsupportedEntry({ provision, credential }: CatalogEntry): string | undefined {
  const kind = [provision.kind, credential.kind].find((name) => NOT_YET.has(name));
  if (kind !== undefined) return `${kind} is checked by this release but does not run yet`;
  if (!hasExpression(provision)) return undefined;
  return 'The provisiondata holds ${ } expressions, which this release checks but does not evaluate yet';
}
