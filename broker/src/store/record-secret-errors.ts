import type { KubeErrorKind } from '@mesitis/kube';
import { isKubeError } from '@mesitis/kube';
import { StoreUnavailable } from './instance-store.js';

/** What a store does with Secrets. */
export type SecretVerb = 'get' | 'list' | 'create' | 'update' | 'delete';

/** After these nobody can tell whether the API server carried the call out. */
const OUTCOME_UNKNOWN: readonly KubeErrorKind[] = ['timeout', 'unavailable', 'unknown'];

/** Whether a write that failed so may have been carried out all the same. */
export function isOutcomeUnknown(error: unknown): boolean {
  return isKubeError(error, ...OUTCOME_UNKNOWN);
}

/** Whether somebody else's write or deletion stands in the way of this one. */
export function isOvertaken(error: unknown, verb: 'create' | 'update' | 'delete'): boolean {
  // A create meets "conflict" when a quota is being counted, and "not-found" when the namespace is not there.
  return verb === 'create'
    ? isKubeError(error, 'already-exists')
    : isKubeError(error, 'conflict', 'not-found');
}

/** Whether it is the size that the API server, or etcd behind it, does not take. */
export function isTooLarge(error: unknown): boolean {
  if (!isKubeError(error)) return false;
  return (
    error.status === 413 ||
    /too long: must have at most|request is too large|larger than max/i.test(error.message)
  );
}

/** What the broker is told instead of an error of the API server. Anything but a KubeError is given back. */
export function unavailable(error: unknown, verb: SecretVerb, namespace: string): unknown {
  if (!isKubeError(error)) return error;
  const attempt = `could not ${verb} Secrets in namespace "${namespace}"`;
  if (error.kind === 'forbidden') {
    return new StoreUnavailable(
      `${attempt}: ${error.message}; the broker's ServiceAccount needs get, list, create, update and delete on ` +
        'secrets there, and the namespace room in its quota',
      { cause: error },
    );
  }
  // What the server says of an object that it finds invalid may quote it.
  const why =
    error.kind === 'invalid' ? 'the API server, or a webhook of the cluster, refuses them' : error.message;
  return new StoreUnavailable(`${attempt}: ${why}`, { cause: error });
}
