import { isDeepStrictEqual } from 'node:util';
import { isKubeError } from '@mesitis/kube';
import type { KubeObject } from '@mesitis/kube';
import { findCondition } from '../model/conditions.js';
import type { Conditioned } from '../model/conditions.js';
import { withoutFinalizer } from '../model/finalizer.js';
import type { EventRecorder } from './event-recorder.js';
import type { Observed } from './observed.js';
import type { CallOutcome } from './outcome.js';

const ATTEMPTS = 5;

/** What to store, and in what. */
export interface Storing<Kind extends KubeObject & { status?: Conditioned }> {
  object: Kind;
  /** Reads a newer version of the object. */
  read: (object: KubeObject) => Kind;
  outcomeFor: (current: Kind) => CallOutcome<NonNullable<Kind['status']>>;
}

/**
 * Stores what a broker answered. The answer must not be lost because someone edited the object meanwhile: nobody else
 * writes the status, so after a conflict it is worked out again for the newest version. Nothing is written when
 * nothing changed, or when the object is gone. When nothing is left at the broker and the finalizer is the last one,
 * it is taken away instead: with it the object goes, and nobody would read its status.
 */
export async function storeOutcome<Kind extends KubeObject & { status?: Conditioned }>(
  { observed, events }: { observed: Observed; events: EventRecorder },
  { object, read, outcomeFor }: Storing<Kind>,
): Promise<void> {
  let current = object;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = outcomeFor(current);
    try {
      const written = await write(observed, current, outcome);
      if (written && outcome.event !== undefined && isNews(current.status, outcome.status)) {
        events.record(current, outcome.event);
      }
      return;
    } catch (error) {
      if (isKubeError(error, 'not-found')) return;
      if (!isKubeError(error, 'conflict') || attempt === ATTEMPTS) throw error;
    }
    const newest = newestOf(observed, object);
    if (newest === undefined) return;
    current = read(newest);
  }
}

/** False when there was nothing to write. */
async function write<Kind extends KubeObject & { status?: Conditioned }>(
  observed: Observed,
  object: Kind,
  { status, next }: CallOutcome<NonNullable<Kind['status']>>,
): Promise<boolean> {
  const released = withoutFinalizer(object);
  if (next === 'gone' && released.metadata.finalizers?.length === 0) {
    await observed.update(released);
    return true;
  }
  if (isDeepStrictEqual(status, object.status)) return false;
  await observed.update({ ...object, status }, { subresource: 'status' });
  return true;
}

/** The same object, not another of its name. */
function newestOf(observed: Observed, { kind, metadata }: KubeObject): KubeObject | undefined {
  const newest = observed.get(kind, metadata.namespace, metadata.name ?? '');
  return newest?.metadata.uid === metadata.uid ? newest : undefined;
}

/** Whether the Ready condition says something new: a retry that fails in the same way is none. */
export function isNews(before: Conditioned | undefined, after: Conditioned): boolean {
  const [was, is] = [findCondition(before, 'Ready'), findCondition(after, 'Ready')];
  return was?.reason !== is?.reason || was?.message !== is?.message;
}
