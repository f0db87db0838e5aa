import { KubeError } from '@mesitis/kube';

/** A request as faults pick it. */
export interface FaultRequest {
  /** The verb as RBAC names it: get, list, watch, create, update, patch, delete, deletecollection. */
  verb: string;
  /** Empty for the core group. */
  group: string;
  /** The plural: `configmaps`. Empty for requests that are not about resources. */
  resource: string;
  subresource?: string | undefined;
  namespace?: string | undefined;
  name?: string | undefined;
}

/** What goes wrong. `cut` breaks the connection off before an answer. */
export type FaultKind =
  | { kind: 'latency'; milliseconds: number }
  | { kind: 'conflict' }
  | { kind: 'gone' }
  | { kind: 'too-many-requests'; retryAfterSeconds: number }
  | { kind: 'internal-error' }
  | { kind: 'cut' };

/** A fault with the requests that it is meant for. */
export type Fault = FaultKind & {
  /** All given fields must be equal, or the predicate true. */
  match: Partial<FaultRequest> | ((request: FaultRequest) => boolean);
  /** For how many requests; 1 unless told. */
  times?: number;
};

/** The faults that are still to happen, in the order in which they were added. */
export class Faults {
  #pending: { fault: Fault; left: number }[] = [];

  /** Adds a fault for requests to come. */
  add(fault: Fault): void {
    this.#pending.push({ fault, left: fault.times ?? 1 });
  }

  /** Drops all faults that have not happened yet. */
  clear(): void {
    this.#pending = [];
  }

  /** The fault that this request meets, used up by it. */
  take(request: FaultRequest): Fault | undefined {
    const found = this.#pending.find(({ fault }) => matches(fault.match, request));
    if (found === undefined) return undefined;
    found.left -= 1;
    this.#pending = this.#pending.filter(({ left }) => left > 0);
    return found.fault;
  }
}

/** The error that a fault answers with. */
export function faultError(
  fault: Exclude<FaultKind, { kind: 'latency' | 'cut' }>,
  resource: string,
  name: string,
): KubeError {
  switch (fault.kind) {
    case 'conflict':
      return new KubeError(
        'conflict',
        `Operation cannot be fulfilled on ${resource} "${name}": the object has been modified; ` +
          'please apply your changes to the latest version and try again',
        { status: 409, reason: 'Conflict' },
      );
    case 'gone':
      return new KubeError('gone', 'too old resource version', { status: 410, reason: 'Expired' });
    case 'too-many-requests':
      return new KubeError(
        'too-many-requests',
        'the server has received too many requests, try again later',
        {
          status: 429,
          reason: 'TooManyRequests',
          retryAfterSeconds: fault.retryAfterSeconds,
        },
      );
    case 'internal-error':
      return new KubeError('unknown', 'Internal error occurred: an injected fault', {
        status: 500,
        reason: 'InternalError',
      });
  }
}

function matches(match: Fault['match'], request: FaultRequest): boolean {
  if (typeof match === 'function') return match(request);
  return Object.entries(match).every(([field, value]) => request[field as keyof FaultRequest] === value);
}
