import type { CallOptions, Kube } from '@mesitis/kube';
import {
  CLUSTER_RULES,
  judgeNeighbours,
  LABELS,
  PublishedIndex,
  type Published,
  type Violation,
} from '@mesitis/offering';
import { publishedAs, type PublishedConfigMaps } from './published-config-maps.js';

/** How long reading the entries again may take, in milliseconds: half of what judging may take in all. */
const BUDGET_MS = 1_500;

/** Time, given from outside. */
export interface NeighbourTime extends CallOptions {
  signal: AbortSignal;
  /** Fires after so many milliseconds; `AbortSignal.timeout` unless told. A parameter for tests. */
  timeout?: (milliseconds: number) => AbortSignal;
}

/** One ConfigMap and what is known of those beside it. */
export interface Neighbourhood {
  namespace: string;
  /** The path of the payload: `data.wrapped-resource`. */
  payload: string;
  /** The ConfigMap that is to be stored. */
  published: Published;
  /** Others of the namespace that were admitted and may not be stored yet. */
  unstored: readonly Published[];
}

/** What the check asks of the cluster. */
export interface NeighbourSource {
  kube: Pick<Kube, 'list'>;
  known: Pick<PublishedConfigMaps, 'in'>;
}

/**
 * Judges a ConfigMap by those beside it ({@link judgeNeighbours}). What the cache shows may be a moment old, so nothing
 * is refused because of it: before that, the entries are read again. As long as they can't be read, or not in time,
 * the check only warns: the broker makes it again when it loads the ConfigMaps. Never rejects, unless the signal fires.
 */
export async function checkNeighbours(
  { kube, known }: NeighbourSource,
  { namespace, payload, published, unstored }: Neighbourhood,
  { signal, timeout = (milliseconds) => AbortSignal.timeout(milliseconds) }: NeighbourTime,
): Promise<Violation[]> {
  const judge = (stored: PublishedIndex): Violation[] =>
    judgeNeighbours(published, stored.around(published, unstored), payload);
  const stored = known.in(namespace);
  if (stored === undefined) return [unchecked(payload, 'they were not read yet')];
  const violations = judge(stored);
  if (violations.every(({ severity }) => severity === 'warning')) return violations;
  const late = timeout(BUDGET_MS);
  try {
    const entries = await storedEntries(kube, namespace, AbortSignal.any([signal, late]));
    const objects = stored.all().filter(({ value }) => value.type !== 'catalog-entry');
    return judge(new PublishedIndex([...entries, ...objects]));
  } catch (error) {
    signal.throwIfAborted();
    const reason = late.aborted ? `no answer within ${BUDGET_MS} ms` : messageOf(error);
    const warnings = violations.filter(({ severity }) => severity === 'warning');
    return [...warnings, unchecked(payload, reason)];
  }
}

async function storedEntries(
  kube: Pick<Kube, 'list'>,
  namespace: string,
  signal: AbortSignal,
): Promise<Published[]> {
  const labelSelector = `${LABELS.kind}=catalog-entry`;
  const { items } = await kube.list(
    { apiVersion: 'v1', kind: 'ConfigMap', namespace, labelSelector },
    { signal },
  );
  return items.flatMap((item) => publishedAs(item) ?? []);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function unchecked(path: string, reason: string): Violation {
  const { id: rule, severity } = CLUSTER_RULES['neighbours-unchecked'];
  const message = `could not be checked against the other ConfigMaps of the namespace (${reason}); kubectl mesitis lint does it on files`;
  return { rule, severity, path, message };
}
