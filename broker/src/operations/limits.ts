import type { CatalogPlan } from '../catalog/build-catalog.js';
import { BrokerError } from '../errors.js';
import type { InstanceFilter, InstanceStore } from '../store/instance-store.js';

/** One limit of an entry with what it counts. */
export interface Limit {
  filter: InstanceFilter;
  allowed: number;
  /** How the refusal calls what is counted: "in namespace client-ns", "altogether". */
  where: string;
}

/** The limits that an entry sets for a consumer. */
export function limitsOf({ planId, entry }: CatalogPlan, consumer: string): Limit[] {
  const { perNamespace, total } = entry.limits ?? {};
  return [
    ...(perNamespace === undefined
      ? []
      : [{ filter: { planId, consumer }, allowed: perNamespace, where: placeOf(consumer) }]),
    ...(total === undefined ? [] : [{ filter: { planId }, allowed: total, where: 'altogether' }]),
  ];
}

function placeOf(consumer: string): string {
  if (consumer === '') return 'for callers that name no namespace';
  return consumer.startsWith('cf:') ? `in space ${consumer.slice('cf:'.length)}` : `in namespace ${consumer}`;
}

/**
 * Refuses what would be one instance too many.
 * @param counted how many of those counted are the instance itself: 1 once its record is written, else 0
 * @throws BrokerError LimitReached with the number in use
 */
export async function requireRoom(
  store: Pick<InstanceStore, 'count'>,
  { entry }: CatalogPlan,
  limits: readonly Limit[],
  counted: 0 | 1,
): Promise<void> {
  for (const { filter, allowed, where } of limits) {
    const used = (await store.count(filter)) - counted;
    if (used < allowed) continue;
    throw new BrokerError(
      'LimitReached',
      `offering ${entry.offering} version ${entry.version} allows ${allowed} ${allowed === 1 ? 'instance' : 'instances'} ${where} and ${used} ${used === 1 ? 'is' : 'are'} in use; give one back, or ask team ${entry.team} to raise the limit`,
    );
  }
}
