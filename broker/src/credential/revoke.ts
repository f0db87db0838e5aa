import type { JsonObject } from '@mesitis/kube';
import { BrokerError } from '../errors.js';
import type { CredentialSource } from './credential-source.js';

/** Gives back what a source issued. It is found by `issued.kind`, because the entry may be gone. @throws BrokerError */
export async function revokeIssued(sources: readonly CredentialSource[], issued: JsonObject): Promise<void> {
  const source = sources.find(({ kind }) => kind === issued['kind']);
  if (source === undefined) {
    throw new BrokerError(
      'OfferingMisconfigured',
      'what was issued for the binding can not be given back, because this broker does not know its source any more',
    );
  }
  await source.revoke(issued);
}
