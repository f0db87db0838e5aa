import type { Credential } from '@mesitis/offering';
import type { CredentialOf, CredentialSource } from './credential-source.js';

/** A source that issues nothing: what it delivers is there already, and nothing has to be given back. */
export function readingSource<Kind extends Credential['kind']>(
  kind: Kind,
  read: CredentialSource<CredentialOf<Kind>>['deliver'],
): CredentialSource<CredentialOf<Kind>> {
  return {
    kind,
    issues: () => false,
    deliver: read,
    revoke: async () => Promise.resolve(),
    renew: async () => Promise.resolve(undefined),
    renewalDue: () => undefined,
  } as CredentialSource<CredentialOf<Kind>>;
}
