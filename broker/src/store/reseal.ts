import type { InstanceRecord } from './instance-record.js';
import type { InstanceStore } from './instance-store.js';
import { StoreConflict } from './instance-store.js';

/** How far the exchange of a key went. */
export interface ResealOutcome {
  /** How many records were written anew, under the first key. */
  rewritten: number;
  /** How many are not yet under it: somebody acts on them, or they can't be read. While there are any, keep the old key. */
  left: number;
}

/** A record of a store with what resealing has to know. */
export interface Resealable {
  record: InstanceRecord;
  version: string;
  isCurrent: boolean;
}

/**
 * Writes the records anew that are not under the first key. A record on which a process acts is left alone: it is
 * written soon enough, and this write would take it out of that process's hands.
 */
export async function reseal(
  store: Pick<InstanceStore, 'put'>,
  records: AsyncIterable<Resealable | 'unreadable'>,
): Promise<ResealOutcome> {
  const outcome: ResealOutcome = { rewritten: 0, left: 0 };
  for await (const found of records) {
    if (found !== 'unreadable' && found.isCurrent) continue;
    if (found !== 'unreadable' && (await isRewritten(store, found))) outcome.rewritten += 1;
    else outcome.left += 1;
  }
  return outcome;
}

async function isRewritten(
  store: Pick<InstanceStore, 'put'>,
  { record, version }: Resealable,
): Promise<boolean> {
  if (record.operation.holder !== undefined) return false;
  try {
    await store.put(record, version);
    return true;
  } catch (error) {
    // Whoever was faster wrote it under the first key, or deleted it; a broker of before the exchange may have too.
    if (error instanceof StoreConflict) return false;
    throw error;
  }
}
