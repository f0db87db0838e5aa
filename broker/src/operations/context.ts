import type { Provision } from '@mesitis/offering';
import type { Logger } from 'pino';
import type { LiveCatalog } from '../catalog/live-catalog.js';
import type { CredentialSource } from '../credential/credential-source.js';
import type { OperationEngine } from '../engine/operation-engine.js';
import type { KeyQueue } from '../key-queue.js';
import type { Provisioner } from '../provision/provisioner.js';
import type { RecentlyDeleted } from '../recently-deleted.js';
import type { InstanceStore } from '../store/instance-store.js';

/** What the operations work with. */
export interface OperationContext {
  catalog: Pick<LiveCatalog, 'current'>;
  store: InstanceStore;
  /** One decision at a time per instance; the key is the instance id. */
  queue: KeyQueue;
  /** One count at a time per plan that has limits; the key is the plan id. */
  limitQueue: KeyQueue;
  engine: OperationEngine;
  provisionerOf: (kind: Provision['kind']) => Provisioner;
  credentialSources: readonly CredentialSource[];
  /** Keys are {@link instanceKey} and {@link bindingKey}. */
  recentlyDeleted: RecentlyDeleted;
  logger: Logger;
  /** Makes an id that nobody else makes. */
  newId: () => string;
  /** Unpredictable bytes, for generated passwords. */
  randomBytes: (count: number) => Uint8Array;
  /** Milliseconds since 1970. */
  clock: () => number;
  /** How long a request waits for an operation before it is answered with 202, if the platform accepts that. */
  budgetMs: number;
  /** How long a request waits at most, in milliseconds; platforms give up after 60 s. */
  patienceMs: number;
}

/** The instance's key among the recently deleted. */
export function instanceKey(instanceId: string): string {
  return JSON.stringify([instanceId]);
}

/** The binding's key among the recently deleted; binding ids are unique within their instance only. */
export function bindingKey(instanceId: string, bindingId: string): string {
  return JSON.stringify([instanceId, bindingId]);
}
