import { BrokerError } from '../errors.js';

/** Helm's own limit; the rest of the 63 characters of a label is for what charts append. */
const LONGEST = 53;

/** What helm takes for a release name: a DNS subdomain. */
const RELEASE_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * The name of an instance's release: what the entry says when the short id of the instance is in it already, else with
 * that behind it. The same instance always gets the same name, so that work that was interrupted finds what it began.
 * @param name `provisiondata.name`, expressions evaluated
 * @throws BrokerError OfferingMisconfigured when no release can be called that
 */
export function releaseName(name: string, shortId: string): string {
  const isUnique = name.includes(shortId) && name.length <= LONGEST;
  const unique = isUnique ? name : suffixed(name, shortId);
  if (RELEASE_NAME.test(unique)) return unique;
  throw new BrokerError(
    'OfferingMisconfigured',
    'provisiondata.name: must be lower case letters, digits, dashes and dots, as Helm wants the name of a release; ask the provider to correct it',
  );
}

function suffixed(name: string, shortId: string): string {
  return `${name.slice(0, LONGEST - 1 - shortId.length).replace(/[-.]+$/, '')}-${shortId}`;
}
