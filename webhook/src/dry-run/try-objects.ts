import { isKubeError, type CallOptions, type Kube } from '@mesitis/kube';
import { CLUSTER_RULES, type Published, type Violation } from '@mesitis/offering';
import { matchesWhitelist } from '@mesitis/offering/whitelist';
import { samplesOf, type Sample } from './samples.js';

/** How long trying may take, in milliseconds: half of what judging may take in all. */
const BUDGET_MS = 1_500;

/** How many objects are tried for one ConfigMap; an entry may select any number. */
const MAX_TRIED = 20;

/** Longest part of the API server's message that is passed on; some list all that a kind has. */
const MAX_REASON = 500;

/** What trying needs to know of the ConfigMap and of the platform. */
export interface TrialOptions {
  published: Published;
  /** The others of the namespace that matter. */
  neighbours: readonly Published[];
  /** The path of the payload: `data.wrapped-resource`. */
  payload: string;
  /** In which namespaces objects are tried, names and globs: those where the webhook may. */
  namespaces: readonly string[];
}

/**
 * Has the API server try the objects of a made-up instance in the namespace where they would be made (server-side dry
 * run: nothing is stored), and passes on why it refuses one. What can't be tried is a warning. Never rejects, unless
 * the signal fires.
 */
export async function tryObjects(
  kube: Pick<Kube, 'create'>,
  { published, neighbours, payload, namespaces }: TrialOptions,
  { signal, timeout = (milliseconds) => AbortSignal.timeout(milliseconds) }: TrialTime = {},
): Promise<Violation[]> {
  if (namespaces.length === 0) return [];
  const samples = samplesOf(published, neighbours)
    .filter(({ object }) => matchesWhitelist(namespaces, object.metadata.namespace ?? ''))
    .slice(0, MAX_TRIED);
  if (samples.length === 0) return [];
  const late = timeout(BUDGET_MS);
  const options = { signal: signal === undefined ? late : AbortSignal.any([signal, late]), dryRun: true };
  const isEntry = published.value.type === 'catalog-entry';
  const violations = await Promise.all(
    samples.map(async (sample): Promise<Violation[]> => {
      try {
        await kube.create(sample.object, options);
        return [];
      } catch (error) {
        signal?.throwIfAborted();
        const verdict = verdictOf(error, late.aborted);
        return verdict === undefined ? [] : [violationOf(sample, { ...verdict, payload, isEntry })];
      }
    }),
  );
  return violations.flat();
}

/** Time, given from outside. */
export interface TrialTime extends CallOptions {
  /** Fires after so many milliseconds; `AbortSignal.timeout` unless told. A parameter for tests. */
  timeout?: (milliseconds: number) => AbortSignal;
}

/** `denied` is the word of a policy of this cluster, which may have looked at who tried or at the made-up names. */
interface Verdict {
  verdict: 'refused' | 'denied' | 'untried';
  reason: string;
}

/** How the API server begins when it passes on what an admission webhook or a ValidatingAdmissionPolicy said. */
const DENIAL =
  /^(admission webhook "[^"]*" denied the request|ValidatingAdmissionPolicy '[^']*'.* denied request)/;

/** What an error of the dry run says of the object; undefined for nothing bad. */
function verdictOf(error: unknown, isLate: boolean): Verdict | undefined {
  // The name is taken: the object got as far as the store.
  if (isKubeError(error, 'already-exists')) return undefined;
  const reason = isLate ? `no answer within ${BUDGET_MS} ms` : reasonOf(error);
  if (isLate) return { verdict: 'untried', reason };
  if (DENIAL.test(reason)) return { verdict: 'denied', reason };
  const isRefusal = isKubeError(error, 'invalid') && !/does not support dry run/i.test(reason);
  return { verdict: isRefusal ? 'refused' : 'untried', reason };
}

/** One line. Old API servers quote a part of the object, which may be a credential, behind "error found in #". */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const line = (message.split(/,? error found in #/)[0] ?? '').replaceAll(/\s+/g, ' ').trim();
  return line.length > MAX_REASON ? `${line.slice(0, MAX_REASON)}…` : line;
}

function violationOf(
  { entry, resource, object }: Sample,
  { verdict, reason, payload, isEntry }: Verdict & { payload: string; isEntry: boolean },
): Violation {
  const what = `the ${object.kind} ${isEntry ? `of ConfigMap ${resource}` : 'here'}`;
  const where = `in namespace ${object.metadata.namespace ?? ''}${isEntry ? '' : ` for the entry of ConfigMap ${entry}`}`;
  const { id, severity } = CLUSTER_RULES[verdict === 'refused' ? 'object-refused' : 'object-untried'];
  const messages: Record<Verdict['verdict'], string> = {
    refused: `the API server refuses ${what}, tried ${where} with a sample instance: ${reason}; correct it`,
    denied: `a policy of this cluster denies ${what}, tried ${where} with a sample instance: ${reason}; correct it, unless that is only so for the sample`,
    untried: `${what} could not be tried ${where} (${reason})`,
  };
  const path = isEntry ? `${payload}: provisiondata.labelSelector` : payload;
  return { rule: id, severity, path, message: messages[verdict] };
}
