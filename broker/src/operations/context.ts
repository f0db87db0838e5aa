import type { Provision } from '@mesitis/offering';
import type { Logger } from 'pino';
import type { LiveCatalog } from '../catalog/live-catalog.js';
import type { CredentialSource } from '../credential/credential-source.js';
import { BrokerError } from '../errors.js';
import type { KeyQueue } from '../key-queue.js';
import type { Provisioner } from '../provision/provisioner.js';
import type { RecentlyDeleted } from '../recently-deleted.js';
import type { InstanceStore } from '../store/instance-store.js';

/** What the operations work with. */
export interface OperationContext {
  catalog: Pick<LiveCatalog, 'current'>;
  store: InstanceStore;
  /** One operation at a time per instance; the key is the instance id. */
  queue: KeyQueue;
  provisioners: readonly Provisioner[];
  credentialSources: readonly CredentialSource[];
  /** Keys are {@link instanceKey} and {@link bindingKey}. */
  recentlyDeleted: RecentlyDeleted;
  logger: Logger;
}

/** @throws BrokerError OfferingMisconfigured when this release does not run the kind */
export function provisionerOf(context: OperationContext, kind: Provision['kind']): Provisioner {
  const provisioner = context.provisioners.find((candidate) => candidate.kind === kind);
  if (provisioner !== undefined) return provisioner;
  throw new BrokerError('OfferingMisconfigured', `${kind} is not supported in this release`);
}

/** The instance's key among the recently deleted. */
export function instanceKey(instanceId: string): string {
  return JSON.stringify([instanceId]);
}

/** The binding's key among the recently deleted; binding ids are unique within their instance only. */
export function bindingKey(instanceId: string, bindingId: string): string {
  return JSON.stringify([instanceId, bindingId]);
}
