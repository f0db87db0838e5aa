import type { KubeErrorKind } from '@mesitis/kube';
import { isKubeError, KubeError } from '@mesitis/kube';
import type { BrokerErrorCode } from './errors.js';
import { BrokerError } from './errors.js';
import { withoutStructures } from './quoted-values.js';

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

/** Who can mend a permanent refusal, and how; what the API server says about it speaks of rights and fields alone. */
const REMEDIES: Readonly<Partial<Record<KubeErrorKind, string>>> = {
  forbidden: 'ask the provider to give the broker that right, or to correct the offering',
  'not-found': 'ask the provider to create what is missing, or to correct the offering',
  invalid: 'ask the provider to correct the offering',
};

/**
 * Where the excerpt begins that API servers before 1.23 append when an object does not decode: up to 60 characters of
 * the request around the mistake, which may well be a password in a wrapped Secret or in a container's environment.
 */
const EXCERPT = /,? error found in #\d+ byte of /;

/** The error without what its message quotes of the object. */
function withoutExcerpt(error: unknown): unknown {
  if (!isKubeError(error)) return error;
  const start = error.message.search(EXCERPT);
  const message = withoutStructures(start === -1 ? error.message : error.message.slice(0, start));
  if (message === error.message) return error;
  const { kind, status, reason } = error;
  return new KubeError(kind, message, {
    ...(status === undefined ? {} : { status }),
    ...(reason === undefined ? {} : { reason }),
  });
}

/** The message as part of a longer sentence. */
function clause({ message }: KubeError): string {
  return message.replace(/\.$/, '');
}

/**
 * Turns a failure of the Kubernetes port into the answer for the platform: permanent refusals are 400 and carry the
 * API server's own message, passing trouble is 503. Anything else (a mistake of ours, rejected credentials of the
 * broker) ends as 500. Neither the result nor its causes quote the object that was sent.
 * @param doing what was attempted, as the subject of the sentence: "creating Service api-ns/back-end"
 * @param permanent the code for permanent refusals
 */
export function fromClusterError(
  caught: unknown,
  doing: string,
  permanent: BrokerErrorCode = 'ClusterRefused',
): unknown {
  const error = withoutExcerpt(caught);
  if (isKubeError(error, ...PERMANENT)) {
    const remedy = REMEDIES[error.kind];
    const description = `${doing} was refused: ${clause(error)}${remedy === undefined ? '' : `; ${remedy}`}`;
    return new BrokerError(permanent, description, { cause: error });
  }
  if (isKubeError(error, ...PASSING)) {
    return new BrokerError('ClusterUnavailable', `${doing} failed for now: ${clause(error)}`, {
      cause: error,
    });
  }
  return error;
}
