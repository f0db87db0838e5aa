import type { JsonObject } from '@mesitis/kube';
import type { Provision } from '@mesitis/offering';
import type { Resources } from '../provision/provisioner.js';

/** Who asked, from the originating identity header, as far as a person reading a record wants to know. */
export interface Requester {
  platform: string;
  user?: string;
  uid?: string;
}

/** What a platform asks for when it provisions (osb.md 1.3). */
export interface InstanceAttributes {
  serviceId: string;
  planId: string;
  organizationGuid: string;
  spaceGuid: string;
  context: JsonObject;
  /** As the platform sent them; defaults of the schema are applied when they are used. */
  parameters: JsonObject;
}

/** What a platform asks for when it binds (osb.md 1.6). */
export interface BindingAttributes {
  serviceId: string;
  planId: string;
  context: JsonObject;
  parameters: JsonObject;
  appGuid?: string;
  route?: string;
}

/**
 * One binding. Credentials are resolved each time somebody asks and are not part of it, except what only the record can
 * know: generated values and what a source issued for this binding alone.
 */
export interface BindingRecord {
  bindingId: string;
  attributes: BindingAttributes;
  requestedBy?: Requester;
  /** `binding` is written before a source issues something; found later, it means that the bind was interrupted. */
  state: 'binding' | 'bound';
  /** Values made for this binding (`${generate.…}`), by key. Secret. */
  generated?: Record<string, string>;
  /** What its credential source needs to deliver again, to renew and to revoke. Secret. */
  issued?: JsonObject;
}

/**
 * Where an instance stands (design section 3). `provisioning`, `updating` and `deprovisioning` are written before the
 * first side effect; found without a process that acts on them, they mean that an operation was interrupted.
 */
export type InstanceState = 'provisioning' | 'ready' | 'updating' | 'failed' | 'deprovisioning';

/** The states in which something is still to be done. */
export const UNSETTLED: readonly InstanceState[] = ['provisioning', 'updating', 'deprovisioning'];

/** The operation that runs, or the last one. */
export interface OperationRecord {
  /** Opaque to platforms; names its type, so that a poll can be answered when the record is gone (osb.md 2.3). */
  id: string;
  type: 'provision' | 'update' | 'deprovision';
  /** `back`: what was done is being taken back, because of `failure`. */
  direction: 'forward' | 'back';
  state: 'in progress' | 'succeeded' | 'failed';
  /** Whether the platform was told 202: then a failure has to stay in the record for it to poll. */
  asynchronous: boolean;
  /** The process that acts on it. Every write of a holder renews its hold. */
  holder?: string;
  /** Counts the holder's signs of life, because writing the same once more would not change the version. */
  heartbeat: number;
  /** Seconds since 1970. */
  startedAt: number;
  /** What is awaited, fit for users. */
  progress?: string;
  /** What failed: `description` is fit for users. */
  failure?: OperationFailure;
}

/** Why an operation failed. */
export interface OperationFailure {
  /** A key of the error table. */
  code: string;
  description: string;
  /** OSB 2.16, for update and deprovision alone. */
  instanceUsable?: boolean;
  updateRepeatable?: boolean;
}

/** What an instance is, or is to become: everything that an update may change. */
export interface InstanceShape {
  attributes: InstanceAttributes;
  provisionKind: Provision['kind'];
  /** What it consists of, as it was decided before the first of it was made. May hold generated values: secret. */
  resources: Resources;
  /** Values made for this instance (`${generate.…}`), by key. Secret. */
  generated: Record<string, string>;
  /** How long to wait for it to be ready, in seconds; absent: it counts as ready once it is made. */
  readinessSeconds?: number;
}

/** Everything the broker must know of an instance to answer for it and to take it away again, as plain JSON. */
export interface InstanceRecord extends InstanceShape {
  instanceId: string;
  requestedBy?: Requester;
  /** The consumer that limits count by: a namespace, `cf:ORG/SPACE`, or '' when the context named none. */
  consumer: string;
  state: InstanceState;
  operation: OperationRecord;
  /** While updating: what it is to become. */
  target?: InstanceShape;
  /** What may be there beyond `resources`, from an attempt that could not be taken back. */
  leftovers?: Resources;
  bindings: BindingRecord[];
}
