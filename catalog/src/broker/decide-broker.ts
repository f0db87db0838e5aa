import type { KubeObject } from '@mesitis/kube';
import { scopeOfKind } from '../model/kinds.js';
import { findCondition, isTrue, timestamp, withConditions } from '../model/conditions.js';
import { parseDuration } from '../model/duration.js';
import { isDeleting } from '../model/objects.js';
import type { BrokerStatus, ServiceBroker } from '../model/objects.js';
import { hasFinalizer, withFinalizer } from '../model/finalizer.js';

/** What a decision about a broker depends on besides the broker. */
export interface BrokerWorld {
  /** Milliseconds since the epoch. */
  now: number;
  /** Not before this moment another fetch after failed ones. */
  retryAt: number;
  /** Between two fetches for brokers that don't say. */
  relistIntervalMs: number;
  /** Its Secret changed since the last fetch. */
  credentialsChanged: boolean;
  /** `namespace/name` of the instances of this broker's classes; only looked at while the broker is being deleted. */
  instances: () => readonly string[];
}

/** The one next thing to do for a broker. */
export type BrokerStep =
  | { type: 'idle' }
  /** Nothing to do before that moment. */
  | { type: 'wait'; until: number }
  | { type: 'update-object'; object: KubeObject }
  | { type: 'update-status'; status: BrokerStatus }
  /** Fetch the catalog and bring classes and plans in line with it. */
  | { type: 'fetch' }
  /** Delete its plans, then its classes, then take the finalizer away. */
  | { type: 'dismantle' };

/** How a fetch went. `notes` are sentences about what was left out of a catalog that otherwise serves. */
export type FetchOutcome =
  | { ok: true; notes: readonly string[] }
  /** `eventReason` where the Event has another reason than the condition. */
  | { ok: false; reason: string; eventReason?: string; message: string };

const NAMED_INSTANCES = 5;

/** `lastCatalogRetrievalTime` is kept in whole seconds: anything less would mean without end. */
const SHORTEST_RELIST_MS = 1_000;

/** The next step for a broker (service-catalog.md section 2). */
export function decideBroker(broker: ServiceBroker, world: BrokerWorld): BrokerStep {
  if (isDeleting(broker)) return decideDeletion(broker, world);
  const uninitialised = (broker.status?.conditions ?? []).length === 0;
  if (uninitialised && !hasFinalizer(broker)) return { type: 'update-object', object: withFinalizer(broker) };
  const due = Math.max(fetchDue(broker, world), world.retryAt);
  if (due <= world.now) return { type: 'fetch' };
  return due === Infinity ? { type: 'idle' } : { type: 'wait', until: due };
}

/** When the catalog is to be fetched next; 0 for at once, Infinity for not until something changes. */
function fetchDue({ metadata, spec, status }: ServiceBroker, world: BrokerWorld): number {
  if (world.credentialsChanged) return 0;
  if (!isTrue(status, 'Ready') || status?.reconciledGeneration !== metadata.generation) return 0;
  if (spec.relistBehavior === 'Manual') return Infinity;
  const last = Date.parse(status?.lastCatalogRetrievalTime ?? '');
  if (Number.isNaN(last)) return 0;
  return last + Math.max(relistDuration(spec) ?? world.relistIntervalMs, SHORTEST_RELIST_MS);
}

function relistDuration(spec: ServiceBroker['spec']): number | undefined {
  const duration = parseDuration(spec.relistDuration ?? '');
  return duration === undefined || duration <= 0 ? undefined : duration;
}

function decideDeletion(broker: ServiceBroker, world: BrokerWorld): BrokerStep {
  if (!hasFinalizer(broker)) return { type: 'idle' };
  const instances = world.instances();
  if (instances.length === 0) return { type: 'dismantle' };
  const message = blockedMessage(instances);
  const ready = findCondition(broker.status, 'Ready');
  if (ready?.reason === 'DeletionBlockedByExistingInstances' && ready.message === message) {
    return { type: 'idle' };
  }
  const condition = {
    type: 'Ready',
    status: 'False',
    reason: 'DeletionBlockedByExistingInstances',
    message,
  } as const;
  return { type: 'update-status', status: withConditions(broker.status ?? {}, [condition], world.now) };
}

function blockedMessage(instances: readonly string[]): string {
  const named = [...instances].sort().slice(0, NAMED_INSTANCES).join(', ');
  const more = instances.length > NAMED_INSTANCES ? ` and ${instances.length - NAMED_INSTANCES} more` : '';
  return `The broker cannot be deleted while instances of its classes exist: delete ${named}${more} first`;
}

/** The status after a fetch. */
export function afterFetch(broker: ServiceBroker, outcome: FetchOutcome, now: number): BrokerStatus {
  const { operationStartTime, ...status } = broker.status ?? {};
  if (!outcome.ok) {
    const condition = {
      type: 'Ready',
      status: 'False',
      reason: outcome.reason,
      message: outcome.message,
    } as const;
    const failing = { ...status, operationStartTime: operationStartTime ?? timestamp(now) };
    return withConditions(failing, [condition], now);
  }
  const notes = [...outcome.notes, ...relistNotes(broker.spec)];
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'FetchedCatalog',
    message: ['Successfully fetched catalog entries from broker.', ...notes.map((note) => `${note}.`)].join(
      ' ',
    ),
  } as const;
  const { generation } = broker.metadata;
  const fetched = {
    ...status,
    ...(generation === undefined ? {} : { reconciledGeneration: generation }),
    lastCatalogRetrievalTime: timestamp(now),
  };
  return withConditions(fetched, [condition], now);
}

function relistNotes(spec: ServiceBroker['spec']): string[] {
  const given = spec.relistDuration ?? '';
  if (given === '' || relistDuration(spec) !== undefined) return [];
  return [
    `relistDuration "${given}" is not a duration greater than zero such as "15m0s": the default applies`,
  ];
}

/** The reason of the Event that tells of a broker's deletion. */
export function deletedReason(broker: ServiceBroker): string {
  return scopeOfKind(broker.kind).namespaced
    ? 'DeletedSuccessfully'
    : 'DeletedClusterServiceBrokerSuccessfully';
}
