import type { KubeObject } from '@mesitis/kube';
import type { CatalogView } from '../model/catalog-view.js';
import type { BindingStatus, ServiceBroker, ServiceClass, ServiceInstance } from '../model/objects.js';
import type { Inputs } from '../instance/step.js';
import type { OsbRequest } from '../osb/osb.js';

/** What a decision about a binding depends on besides the binding. */
export interface BindingWorld {
  /** Milliseconds since the epoch. */
  now: number;
  /** Not before this moment another request after failed ones. */
  retryAt: number;
  clusterId: string;
  catalog: CatalogView;
  /** The instance that `spec.instanceRef` names. */
  instance: ServiceInstance | undefined;
  /** Absent until the step `gather` was taken. */
  inputs?: Inputs;
  /** A new UUID. */
  newId: () => string;
}

/** One request to a broker. For `Unbind` the Secret is deleted first. */
export interface BindingCall {
  type: 'call';
  operation: 'Bind' | 'Unbind';
  instance: ServiceInstance;
  serviceClass: ServiceClass;
  broker: ServiceBroker;
  request: OsbRequest;
}

/** The one next thing to do for a binding. */
export type BindingStep =
  | { type: 'idle' }
  /** Nothing to do before that moment. */
  | { type: 'wait'; until: number }
  /** Read {@link Inputs} and decide again. */
  | { type: 'gather' }
  | { type: 'update-object'; object: KubeObject }
  | { type: 'update-status'; status: BindingStatus }
  | BindingCall;
