import type { JsonObject, KubeObject, ObjectRef } from '@mesitis/kube';
import { refOf } from '@mesitis/kube';
import type { Provision } from '@mesitis/offering';
import type { Coordinates } from './coordinates.js';

/** A Helm release that belongs to an instance. */
export interface HelmRelease {
  /** Unique per instance. */
  name: string;
  namespace: string;
  /** What `helm` is given: a reference (`oci://…`, a folder of the image, `name` beside `repository`) or a URL. */
  chart: string;
  repository?: string;
  version?: string;
  /** Secret when generated values are in it. */
  values: JsonObject;
  /** The Service that consumers reach; absent: called like the release, or the only one with the release's label. */
  service?: string;
  /** The port of that Service that consumers use, by number or name; absent: its first. */
  port?: number | string;
  /** How long helm waits for the objects while it installs or upgrades, in seconds; absent: not at all. */
  waitSeconds?: number;
}

/** What an instance consists of, as plain JSON: enough to make it, to tell drift, and to take it away. */
export interface Resources {
  /** The objects to make: group after group, a group's objects at once. Already marked as the instance's. */
  objects: KubeObject[][];
  release?: HelmRelease;
  coordinates: Coordinates;
}

/** What running work is given. */
export interface Work {
  instanceId: string;
  /** Ends the work: the operation was halted, taken over, or its time is up. The signal's reason is thrown. */
  signal: AbortSignal;
  /** To be told what is awaited, fit for users: "Deployment back-end: 0 of 1 available". */
  progress(text: string): void;
}

/** How far making went. */
export interface MakeOutcome {
  /** What is in the cluster now, or may be because nobody said: a part of what was to be made. */
  made: Resources;
  /** What ended it early; absent when everything was made. */
  failure?: { error: unknown };
}

/** What an entry says for one kind of provisioning. */
export type ProvisionOf<Kind extends Provision['kind']> = Extract<Provision, { kind: Kind }>;

/** Gives the value of templates for the instance that is planned: every `${…}` evaluated, every `$${` unescaped. */
export type Render = <Value>(value: Value) => Value;

/**
 * One way of provisioning; callers choose it by `kind`. All that changes the cluster is idempotent, because a crash may
 * come at any point and the work is then begun again from the record.
 */
export interface Provisioner<Data extends Provision = Provision> {
  readonly kind: Data['kind'];
  /**
   * Decides what the instance consists of; reads but changes nothing.
   * @param provision what the entry says, expressions evaluated
   * @param render for what is not in the entry itself: wrapped objects
   * @throws BrokerError when that can't be
   */
  plan(provision: Data, instanceId: string, render: Render): Promise<Resources>;
  /** Makes it. What is there already with the instance's mark counts as made. Never rejects except by the signal. */
  make(resources: Resources, work: Work): Promise<MakeOutcome>;
  /** Waits until it can be used. @throws BrokerError NotReady, which says what is missing, when `timeoutSeconds` passed */
  awaitReady(resources: Resources, work: Work, timeoutSeconds: number): Promise<void>;
  /**
   * Changes what is there from one into the other: makes what is new, changes what differs, and takes away what is no
   * longer named. Called the other way round to restore. Gives `to` with its coordinates as they are now.
   * @throws BrokerError
   */
  change(from: Resources, to: Resources, work: Work): Promise<Resources>;
  /**
   * Takes away what {@link make} may have made, last group first, and waits until it is gone. Needs nothing but the
   * record, because the entry may be gone. @throws BrokerError
   */
  remove(resources: Resources, work: Work): Promise<void>;
}

/** The references of an instance's objects, group after group. */
export function refsOf({ objects }: Pick<Resources, 'objects'>): ObjectRef[][] {
  return objects.map((group) => group.map(refOf));
}
