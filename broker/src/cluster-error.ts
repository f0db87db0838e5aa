import type { KubeErrorKind } from '@mesitis/kube';
import { isKubeError } from '@mesitis/kube';
import type { BrokerErrorCode } from './errors.js';
import { BrokerError } from './errors.js';

/** What the API server will say again however often it is asked: the provider or an operator has to change something. */
const PERMANENT: readonly KubeErrorKind[] = [
  'invalid',
  'forbidden',
  'conflict',
  'already-exists',
  'not-found',
];

/** What passes by itself. */
const PASSING: readonly KubeErrorKind[] = ['timeout', 'unavailable', 'too-many-requests'];

/**
 * Turns a failure of the Kubernetes port into the answer for the platform: permanent refusals are 400 and carry the
 * API server's own message, passing trouble is 503. Anything else (a mistake of ours, rejected credentials of the
 * broker) is given back as it is and ends as 500.
 * @param doing what was attempted, as the subject of the sentence: "creating Service api-ns/back-end"
 * @param permanent the code for permanent refusals
 */
export function fromClusterError(
  error: unknown,
  doing: string,
  permanent: BrokerErrorCode = 'ClusterRefused',
): unknown {
  if (isKubeError(error, ...PERMANENT)) {
    return new BrokerError(permanent, `${doing} was refused: ${error.message}`, { cause: error });
  }
  if (isKubeError(error, ...PASSING)) {
    return new BrokerError('ClusterUnavailable', `${doing} failed for now: ${error.message}`, {
      cause: error,
    });
  }
  return error;
}
