import type { JsonObject, ObjectRef } from '@mesitis/kube';
import type { Provision } from '@mesitis/offering';
import type { Coordinates } from '../provision/coordinates.js';

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

/** One binding. Credentials are not part of it: they are resolved each time somebody asks. */
export interface BindingRecord {
  bindingId: string;
  attributes: BindingAttributes;
  requestedBy?: Requester;
}

/**
 * Where an instance stands (design section 3). `provisioning` and `deprovisioning` are written before the first side
 * effect; found without an operation that runs, they mean that one was interrupted.
 */
export type InstanceState = 'provisioning' | 'ready' | 'failed' | 'deprovisioning';

/** Everything the broker must know of an instance to answer for it and to take it away again, as plain JSON. */
export interface InstanceRecord {
  instanceId: string;
  attributes: InstanceAttributes;
  requestedBy?: Requester;
  state: InstanceState;
  /** What failed, fit for users: when provisioning failed, or a deprovisioning that is to be repeated. */
  failure?: string;
  provisionKind: Provision['kind'];
  /**
   * The objects that belong to it, in groups in the order of their making: all that are intended, or, after a
   * provisioning that failed, those that may have been made. Empty when nothing is made.
   */
  objects: ObjectRef[][];
  coordinates: Coordinates;
  bindings: BindingRecord[];
}
