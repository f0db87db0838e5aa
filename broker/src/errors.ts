/** One row of the error table. */
export interface BrokerErrorRow {
  /** The HTTP status. */
  status: number;
  /** What the platform shows when the place that fails has nothing more precise to say. */
  description: string;
  /** The body is `{}` (410: "already gone" is a success for the platform, and Service Catalog parses the body). */
  emptyBody?: true;
}

/**
 * Every failure that the broker answers; the key is the OSB `error` word. What a retry can't mend is 400, because
 * Kubernetes Service Catalog repeats any other 4xx for ever and Cloud Foundry cleans up after a 422 that it does not
 * know; 422 is left to the words that OSB reserves and to states that another request can change. 5xx makes a platform
 * delete what it asked for, so nothing that a user did wrong is 5xx.
 */
export const BROKER_ERRORS = {
  Unauthorized: {
    status: 401,
    description:
      'the credentials are missing or wrong; send Basic authentication as registered with the broker',
  },
  UnsupportedApiVersion: {
    status: 412,
    description: 'the header X-Broker-API-Version must be 2.x; this broker speaks version 2.17',
  },
  RouteNotFound: { status: 404, description: 'no such path in the Open Service Broker API' },
  MethodNotAllowed: { status: 405, description: 'the path does not know this method' },
  MalformedRequest: { status: 400, description: 'the request can not be read' },
  InvalidId: { status: 400, description: 'the id in the path is not usable' },
  UnknownService: { status: 400, description: 'the catalog has no such service' },
  UnknownPlan: { status: 400, description: 'the catalog has no such plan of this service' },
  NotWhitelisted: { status: 400, description: 'the offering is not open to this namespace' },
  NotBindable: { status: 400, description: 'the plan can not be bound' },
  PlanMismatch: { status: 400, description: 'the instance was made from another service or plan' },
  InvalidParameters: { status: 400, description: 'the parameters do not fit the schema of the plan' },
  LimitReached: { status: 400, description: 'the offering is used as often as its provider allows' },
  InstanceTooLarge: { status: 400, description: 'the instance is larger than the store of the broker takes' },
  UnknownPredecessor: {
    status: 400,
    description: 'the instance has no such binding to rotate; make a new binding without a predecessor',
  },
  OfferingMisconfigured: { status: 400, description: 'what the provider published can not be carried out' },
  ObjectConflict: { status: 400, description: 'an object that provisioning would make exists already' },
  ClusterRefused: { status: 400, description: 'the Kubernetes API server refused' },
  InstanceNotFound: { status: 404, description: 'there is no such service instance' },
  BindingNotFound: { status: 404, description: 'there is no such service binding' },
  InstanceExists: {
    status: 409,
    description: 'a service instance with this id exists with different attributes',
  },
  BindingExists: {
    status: 409,
    description: 'a service binding with this id exists with different attributes',
  },
  InstanceGone: { status: 410, description: 'there is no such service instance', emptyBody: true },
  BindingGone: { status: 410, description: 'there is no such service binding', emptyBody: true },
  // Client libraries recognise this one by the exact sentence too (osb.md 4.1).
  ConcurrencyError: {
    status: 422,
    description: 'The Service Broker does not support concurrent requests that mutate the same resource.',
  },
  MaintenanceInfoConflict: {
    status: 422,
    description: 'the maintenance_info.version sent is not that of the plan; read the catalog again',
  },
  // As above: the exact sentence of the specification (osb.md 4.1).
  AsyncRequired: {
    status: 422,
    description: 'This Service Plan requires client support for asynchronous service operations.',
  },
  UpdateNotSupported: { status: 422, description: 'this update is not supported in this release' },
  InstanceNotUsable: { status: 422, description: 'the service instance failed to provision' },
  InternalError: { status: 500, description: 'internal error' },
  ProvisionIncomplete: {
    status: 500,
    description: 'provisioning failed and not everything could be undone; delete the instance',
  },
  DeprovisionIncomplete: { status: 500, description: 'not everything could be removed yet; ask again' },
  UpdateIncomplete: {
    status: 500,
    description: 'the update failed and the previous state could not be restored; update again',
  },
  StillRunning: { status: 500, description: 'the operation still runs; ask again' },
  NotReady: { status: 500, description: 'what was made did not become ready in time' },
  ReleaseFailed: { status: 500, description: 'the Helm release could not be carried out' },
  OperationHalted: { status: 500, description: 'the operation was ended by another request' },
  CatalogNotReady: {
    status: 503,
    description: 'the catalog has not been read from the cluster yet; try again in a moment',
  },
  CredentialSourceUnavailable: {
    status: 503,
    description: 'the source of the credentials can not be reached or is busy',
  },
  StoreUnavailable: { status: 503, description: 'the store of the broker can not be reached' },
  ClusterUnavailable: { status: 503, description: 'the Kubernetes API server can not be reached or is busy' },
} as const satisfies Record<string, BrokerErrorRow>;

/** A key of the error table, which is also the OSB `error` word. */
export type BrokerErrorCode = keyof typeof BROKER_ERRORS;

/** What an error may say besides its code. */
export interface BrokerErrorDetails {
  /** What caused it: for the log, never for the answer. */
  cause?: unknown;
  /** OSB 2.16 `instance_usable`: set on errors of deprovision and update alone. */
  instanceUsable?: boolean;
  /** OSB 2.16 `update_repeatable`: set on errors of update alone. */
  updateRepeatable?: boolean;
}

/** Whether a failure leaves everything as it was (4xx) by rule (osb.md 1.1 X9). */
export function isRefusal(error: unknown): error is BrokerError {
  return error instanceof BrokerError && BROKER_ERRORS[error.code].status < 500;
}

/** What may be told to users about any failure. */
export function publicMessage(error: unknown): string {
  return error instanceof BrokerError ? error.message : BROKER_ERRORS.InternalError.description;
}

/** A failure that the platform is told about. `message` is the `description` and must be fit for users' eyes. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  readonly code: BrokerErrorCode;
  readonly instanceUsable: boolean | undefined;
  readonly updateRepeatable: boolean | undefined;

  constructor(code: BrokerErrorCode, description?: string, details: BrokerErrorDetails = {}) {
    super(description ?? BROKER_ERRORS[code].description, { cause: details.cause });
    this.code = code;
    this.instanceUsable = details.instanceUsable;
    this.updateRepeatable = details.updateRepeatable;
  }
}

/** The status and body that an error is answered with (OSB 2.17, "Service Broker Errors"). */
export interface ErrorAnswer {
  status: number;
  body: {
    error?: BrokerErrorCode;
    description?: string;
    instance_usable?: boolean;
    update_repeatable?: boolean;
  };
}

/** Renders an error; `minor` is the OSB minor version that the platform speaks (the last two fields came with 2.16). */
export function answerOf(error: BrokerError, minor: number): ErrorAnswer {
  const row: BrokerErrorRow = BROKER_ERRORS[error.code];
  if (row.emptyBody === true) return { status: row.status, body: {} };
  const { code, message, instanceUsable, updateRepeatable } = error;
  const hints =
    minor < 16
      ? {}
      : {
          ...(instanceUsable === undefined ? {} : { instance_usable: instanceUsable }),
          ...(updateRepeatable === undefined ? {} : { update_repeatable: updateRepeatable }),
        };
  return { status: row.status, body: { error: code, description: message, ...hints } };
}
