import type { Credential } from '@mesitis/offering';
import { BrokerError } from '../errors.js';
import type { Coordinates } from '../provision/coordinates.js';
import type { CredentialSource } from './credential-source.js';

/** The `credentials` of a binding: `uri`, `host`, `port` and what the source gives, in one flat map. */
export type BindingCredentials = Record<string, string | number>;

/**
 * Resolves the credentials and joins them with the coordinates, because platforms hand on nothing but `credentials`
 * (osb.md 4.1).
 * @throws BrokerError OfferingMisconfigured when a credential would hide a coordinate
 */
export async function bindingCredentials(
  credential: Credential,
  { uri, host, port }: Coordinates,
  sources: readonly CredentialSource[],
): Promise<BindingCredentials> {
  const source = sources.find(({ kind }) => kind === credential.kind);
  if (source === undefined) {
    throw new BrokerError(
      'OfferingMisconfigured',
      `credentials of kind ${credential.kind} are not supported in this release`,
    );
  }
  const values = await source.resolve(credential);
  const coordinates = { uri, host, ...(port === undefined ? {} : { port }) };
  // `port` is reserved also where no port is known: its meaning must not depend on the offering.
  const clash = ['uri', 'host', 'port'].find((key) => Object.hasOwn(values, key));
  if (clash !== undefined) {
    throw new BrokerError(
      'OfferingMisconfigured',
      `the credentials hold the key ${JSON.stringify(clash)}, which is reserved for the coordinates; ask the provider to leave it out or to rename it with credentialdata.keys`,
    );
  }
  return { ...coordinates, ...values };
}
