import { findUsers } from '@mesitis/catalog/users';
import type { CallOptions, Kube } from '@mesitis/kube';
import { CLUSTER_RULES, planId, type Violation } from '@mesitis/offering';
import { judgeInUse, mayBreak, type EntryChange, type Standpoint } from './judge-in-use.js';

/** How long asking who uses an entry may take, in milliseconds: half of what judging may take in all. */
const BUDGET_MS = 1_500;

/** What the check asks of the cluster. */
export type InUseKube = Pick<Kube, 'get' | 'list'>;

/** Time, given from outside. */
export interface InUseOptions extends CallOptions {
  /** Fires after so many milliseconds; `AbortSignal.timeout` unless told. A parameter for tests. */
  timeout?: (milliseconds: number) => AbortSignal;
}

/**
 * Looks for instances that a change of an entry breaks ({@link judgeInUse}). When they can't be found in time this is a
 * warning: who publishes shall not depend on the consumers' API. In a namespace that is being deleted everything goes,
 * in whatever order. Never rejects, unless the signal fires.
 */
export async function checkInUse(
  kube: InUseKube,
  { namespace, change, ...standpoint }: Standpoint & { namespace: string; change: EntryChange },
  { signal, timeout = (milliseconds) => AbortSignal.timeout(milliseconds) }: InUseOptions = {},
): Promise<Violation[]> {
  if (!mayBreak(change)) return [];
  const late = timeout(BUDGET_MS);
  const options = { signal: signal === undefined ? late : AbortSignal.any([signal, late]) };
  try {
    const planIds = [planId(change.before.entry)];
    const users = await findUsers(kube, { planIds, brokerNamespace: namespace }, options);
    const violations = judgeInUse(change, users, standpoint);
    return violations.length > 0 && (await isGoing(kube, namespace, options)) ? [] : violations;
  } catch (error) {
    signal?.throwIfAborted();
    const reason = late.aborted
      ? `no answer within ${BUDGET_MS} ms`
      : error instanceof Error
        ? error.message
        : '';
    const { id: rule, severity } = CLUSTER_RULES['in-use-unchecked'];
    const message = `whether instances break by this could not be checked (${reason}); look with kubectl get serviceinstances -A`;
    return [{ rule, severity, path: standpoint.payload, message }];
  }
}

async function isGoing(kube: InUseKube, namespace: string, options: CallOptions): Promise<boolean> {
  const found = await kube.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, options);
  return found?.metadata.deletionTimestamp !== undefined;
}
