import type { KubeObject } from '@mesitis/kube';
import type { CatalogView } from '../model/catalog-view.js';
import type { Parameters } from '../model/parameters.js';
import type { InstanceStatus, ServiceBroker, ServiceClass, ServiceInstance } from '../model/objects.js';
import type { OsbRequest } from '../osb/osb.js';
import type { Features } from '../runtime/features.js';

/** What had to be read from the API server for a request: the condition to report when it could not be had. */
export type Inputs =
  | { ok: true; namespaceUid: string; parameters: Parameters }
  | { ok: false; reason: string; message: string };

/** What a decision about an instance depends on besides the instance. */
export interface InstanceWorld {
  /** Milliseconds since the epoch. */
  now: number;
  /** Not before this moment another request after failed ones. */
  retryAt: number;
  /** Not before this moment another attempt to take an orphan back. */
  mitigateAt: number;
  /** Not before this moment another look at the last operation. */
  pollAt: number;
  clusterId: string;
  features: Features;
  catalog: CatalogView;
  /** The bindings of this instance. */
  bindings: () => readonly KubeObject[];
  /** The other instances with the same `spec.externalID`. */
  namesakes: () => readonly ServiceInstance[];
  /** Absent until the step `gather` was taken. */
  inputs?: Inputs;
  /** A new UUID. */
  newId: () => string;
}

/** What a broker is asked to do with an instance. */
export type InstanceOperation = 'Provision' | 'Update' | 'Deprovision' | 'Poll';

/** One request to a broker. */
export interface InstanceCall {
  type: 'call';
  operation: InstanceOperation;
  serviceClass: ServiceClass;
  broker: ServiceBroker;
  request: OsbRequest;
  /** For `Poll`: from this moment on, in milliseconds since the epoch, an operation that goes on counts as failed. */
  deadline?: number;
}

/** The one next thing to do for an instance. */
export type InstanceStep =
  | { type: 'idle' }
  /** Nothing to do before that moment. */
  | { type: 'wait'; until: number }
  /** Read {@link Inputs} and decide again. */
  | { type: 'gather' }
  | { type: 'update-object'; object: KubeObject }
  | { type: 'update-status'; status: InstanceStatus }
  /** Delete these; the watch tells when they are gone. */
  | { type: 'remove-bindings'; bindings: readonly KubeObject[] }
  /** Tell why, and let the instance go without the broker's word. */
  | { type: 'abandon'; object: KubeObject; message: string }
  | InstanceCall;
