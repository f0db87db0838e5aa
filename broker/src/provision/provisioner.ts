import type { KubeObject, ObjectRef } from '@mesitis/kube';
import type { Provision } from '@mesitis/offering';
import type { Coordinates } from './coordinates.js';

/** What an instance will consist of. */
export interface ProvisionPlan {
  /** The objects to make: group after group, a group's objects at once. Already marked as the instance's. */
  objects: KubeObject[][];
  coordinates: Coordinates;
}

/** How far making went. */
export interface MakeOutcome {
  /** What is in the cluster now, or may be because the API server did not say: group after group. */
  objects: ObjectRef[][];
  /** What ended it early; absent when everything was made. */
  failure?: { error: unknown };
}

/** What an entry says for one kind of provisioning. */
export type ProvisionOf<Kind extends Provision['kind']> = Extract<Provision, { kind: Kind }>;

/** One way of provisioning; callers choose it by `kind`. Instances are told apart by their OSB id. */
export interface Provisioner<Data extends Provision = Provision> {
  readonly kind: Data['kind'];
  /** Decides what the instance consists of; reads but changes nothing. @throws BrokerError when that can't be */
  plan(provision: Data, instanceId: string): Promise<ProvisionPlan>;
  /**
   * Makes it. What is there already with the instance's mark counts as made. Never rejects: a failure is part of the
   * outcome, because the caller has to know what there is to undo.
   */
  make(plan: ProvisionPlan, instanceId: string): Promise<MakeOutcome>;
  /**
   * Takes away what {@link make} may have made, last group first, and waits until it is gone. Needs nothing but the
   * record, because the entry may be gone. Idempotent. @throws BrokerError
   */
  remove(objects: readonly ObjectRef[][], instanceId: string): Promise<void>;
}
