import type { Kube } from '@mesitis/kube';
import type { Logger } from 'pino';
import type { CatalogView } from '../model/catalog-view.js';
import type { BrokerCalls } from './broker-calls.js';
import type { Clock } from './clock.js';
import type { Features } from './features.js';
import type { EventRecorder } from './event-recorder.js';
import type { Observed } from './observed.js';

/** What all reconcilers work with. */
export interface Context {
  kube: Kube;
  observed: Observed;
  catalog: CatalogView;
  brokers: BrokerCalls;
  events: EventRecorder;
  clock: Clock;
  log: Logger;
  features: Features;
  /** The id that brokers know this cluster by. */
  clusterId: string;
  /** A new UUID. */
  newId: () => string;
}

/** Brings one kind of object in order; see {@link WorkQueueOptions.reconcile}. */
export interface Reconciler {
  reconcile(key: string): Promise<number | undefined>;
  /** Drops what is remembered about an object: it is gone, or its pauses are over. */
  forget(uid: string | undefined): void;
}
