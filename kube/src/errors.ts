/** What went wrong, as far as callers act on it. Compared by `kind`, never by message. */
export type KubeErrorKind =
  | 'not-found'
  | 'already-exists'
  | 'conflict'
  | 'invalid'
  | 'forbidden'
  | 'unauthorized'
  | 'gone'
  | 'too-many-requests'
  | 'timeout'
  | 'unavailable'
  | 'unknown';

/** What an answer of the API server says besides its message. */
export interface KubeErrorDetails {
  /** The HTTP status; undefined when no answer came. */
  status?: number;
  /** The `reason` of the Status object. */
  reason?: string;
  /** From a Retry-After header, in seconds. */
  retryAfterSeconds?: number;
  /** Of `gone` between the pages of a list: the token with which the server goes on from a later moment. */
  continueToken?: string;
  /** What caused it, for logs. */
  cause?: unknown;
}

/** Every failure that leaves the port. `message` is the API server's own and safe to show; no headers, no body. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly kind: KubeErrorKind;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly continueToken: string | undefined;

  constructor(kind: KubeErrorKind, message: string, details: KubeErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.kind = kind;
    this.status = details.status;
    this.reason = details.reason;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.continueToken = details.continueToken;
  }
}

/** Whether a caught value is a KubeError of one of these kinds. By name, so that duplicate packages don't matter. */
export function isKubeError(error: unknown, ...kinds: KubeErrorKind[]): error is KubeError {
  if (!(error instanceof Error) || error.name !== 'KubeError' || !('kind' in error)) return false;
  return kinds.length === 0 || kinds.some((kind) => kind === error.kind);
}

/** The error for a namespace that is given to a kind which belongs to the whole cluster. */
export function inClusterScope(kind: string): KubeError {
  return new KubeError(
    'invalid',
    `${kind} belongs to the whole cluster and has no namespace; only namespaced kinds can be used here.`,
  );
}
