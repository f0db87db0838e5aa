import type { KubeObject } from '@mesitis/kube';
import type { CatalogView } from '../model/catalog-view.js';
import type {
  BindingStatus,
  ServiceBinding,
  ServiceBroker,
  ServiceClass,
  ServiceInstance,
  ServicePlan,
  SideBinding,
} from '../model/objects.js';
import type { Inputs } from '../instance/step.js';
import type { OsbRequest } from '../osb/osb.js';
import type { Features } from '../runtime/features.js';
import type { SecretView } from './drift.js';

/** A binding and the instance that its `spec.instanceRef` names. */
export interface Sharer {
  binding: ServiceBinding;
  instance: ServiceInstance | undefined;
}

/** What a decision about a binding depends on besides the binding. */
export interface BindingWorld {
  /** Milliseconds since the epoch. */
  now: number;
  /** Not before this moment another request after failed ones. */
  retryAt: number;
  /** Not before this moment another attempt to take an orphan back. */
  mitigateAt: number;
  /** Not before this moment another look at the last operation. */
  pollAt: number;
  /** Not before this moment another request about a successor. */
  rotateAt: number;
  /** Not before this moment another request about a predecessor. */
  retireAt: number;
  clusterId: string;
  catalog: CatalogView;
  features: Features;
  /** The instance that `spec.instanceRef` names. */
  instance: ServiceInstance | undefined;
  secret: SecretView;
  /** The other bindings that have, had, or are about to have that id at a broker, with their instances. */
  sharers: (id: string) => readonly Sharer[];
  /** Absent until the step `gather` was taken. */
  inputs?: Inputs;
  /** A new UUID. */
  newId: () => string;
}

/** One request to a broker. */
interface Call {
  type: 'call';
  instance: ServiceInstance;
  serviceClass: ServiceClass;
  /** Undefined when it is gone. */
  plan: ServicePlan | undefined;
  broker: ServiceBroker;
  request: OsbRequest;
  /** For polls: from this moment on, in milliseconds since the epoch, an operation that goes on counts as failed. */
  deadline?: number;
}

/** A request about the binding in use. For `Unbind` the Secret is deleted first; `Fetch` reads what the broker has already. */
export type OwnCall = Call & { operation: 'Bind' | 'Fetch' | 'Poll' | 'Unbind'; side?: undefined };

/** A request about a successor or a predecessor. `Check` reads the binding in use, and `side` is its successor if need be. */
export type SideCall = Call & {
  operation: 'Check' | 'Rotate' | 'FetchSuccessor' | 'PollSuccessor' | 'Retire' | 'PollPredecessor';
  side: SideBinding;
};

/** See {@link OwnCall} and {@link SideCall}. */
export type BindingCall = OwnCall | SideCall;

/** The one next thing to do for a binding. */
export type BindingStep =
  | { type: 'idle' }
  /** Nothing to do before that moment. */
  | { type: 'wait'; until: number }
  /** Read {@link Inputs} and decide again. */
  | { type: 'gather' }
  /** Read the Secret and decide again. */
  | { type: 'look-at-secret' }
  | { type: 'update-object'; object: KubeObject }
  | { type: 'update-status'; status: BindingStatus }
  /** Tell why, and let the binding go without the broker's word. */
  | { type: 'abandon'; object: KubeObject; message: string }
  | BindingCall;
