import type { Kube, KubeObject, ListQuery, WatchCache } from '@mesitis/kube';
import { exponentialBackoff, isKubeError, refOf, startWatchCache } from '@mesitis/kube';
import { fromClusterError } from '../cluster-error.js';
import { delay } from '../delay.js';
import { BrokerError } from '../errors.js';
import { display, INSTANCE_LABEL } from '../provision/ownership.js';
import { hasOwnEndpoints, hasPods, isAwaited, judge } from './judge.js';
import type { Related, Verdict } from './judge.js';
import { quoted } from './related.js';
import { selectorTextOf } from './selector-text.js';

/** How long to wait, and who wants to know. */
export interface AwaitReadyOptions {
  /** Ends the waiting; its reason is thrown. */
  signal: AbortSignal;
  /** Told what is awaited, whenever that changes. */
  progress: (text: string) => void;
  timeoutSeconds: number;
  /** How long a custom resource without any status is waited for before it counts as ready, in milliseconds; 10 s. */
  statusPatienceMs?: number;
  /** {@link delay} when left out. */
  delay?: Delay;
}

/** Resolves after so many milliseconds, or when the signal fires. */
type Delay = (ms: number, signal: AbortSignal) => Promise<void>;

/** What waiting needs of the cluster. */
type ReadKube = Pick<Kube, 'list' | 'watch'>;

const STATUS_PATIENCE_MS = 10_000;

/** The longest pause before a list or a watch that failed is tried again, in milliseconds. */
const LONGEST_PAUSE_MS = 5_000;

/** What the API server will say again however often it is asked. */
const REFUSALS = ['forbidden', 'unauthorized', 'invalid', 'not-found'] as const;

/**
 * Waits until all objects can be used, watching them, the Endpoints of Services and, while a workload is not ready, its
 * Pods. Trouble with the API server is ridden out until the time is over.
 * @throws BrokerError NotReady, which names the first object that is not ready and why, when the time is over and before
 *   that when waiting can't help: a failed Job, an object that is gone; the signal's reason when it fires
 */
export async function awaitReady(
  kube: ReadKube,
  groups: readonly KubeObject[][],
  options: AwaitReadyOptions,
): Promise<void> {
  options.signal.throwIfAborted();
  const awaited = groups.flat().filter(isAwaited);
  if (awaited.length === 0) return;
  // A Service waits for the Pods of a workload: when both are not ready the workload is what people must look at.
  const services = awaited.filter(hasOwnEndpoints);
  const others = awaited.filter((object) => !services.includes(object));
  await new Waiting(kube, [...others, ...services], options).run();
}

/** A set of objects that is followed. */
interface Followed {
  cache: WatchCache;
  /** What the last failed attempt to read it said. */
  trouble?: unknown;
}

class Waiting {
  readonly #kube: ReadKube;
  readonly #objects: readonly KubeObject[];
  readonly #options: AwaitReadyOptions;
  readonly #delay: Delay;
  readonly #followed = new Map<string, Followed>();
  readonly #ended = new AbortController();
  readonly #outcome = Promise.withResolvers<undefined>();
  /** Whether a custom resource without a status is still waited for. */
  #isPatient = true;
  #isCheckDue = false;
  /** What is awaited, as it was told last. */
  #told = '';

  constructor(kube: ReadKube, objects: readonly KubeObject[], options: AwaitReadyOptions) {
    this.#kube = kube;
    this.#objects = objects;
    this.#options = options;
    this.#delay = options.delay ?? delay;
  }

  async run(): Promise<void> {
    const { signal, timeoutSeconds, statusPatienceMs = STATUS_PATIENCE_MS } = this.#options;
    const onAbort = (): void => this.#outcome.reject(signal.reason);
    signal.addEventListener('abort', onAbort);
    this.#after(timeoutSeconds * 1000, () => this.#fail(`; not ready within ${timeoutSeconds} s`));
    this.#after(statusPatienceMs, () => {
      this.#isPatient = false;
      this.#checkSoon();
    });
    try {
      for (const object of this.#objects) this.#follow(queryOf(object));
      this.#checkSoon();
      await this.#outcome.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#ended.abort();
      await Promise.all([...this.#followed.values()].map(async ({ cache }) => cache.stop()));
    }
  }

  #after(milliseconds: number, act: () => void): void {
    const { signal } = this.#ended;
    void this.#delay(milliseconds, signal).then(() => (signal.aborted ? undefined : act()));
  }

  /** Begins to follow what a query selects, or goes on with it. */
  #follow(query: ListQuery): Followed {
    const key = JSON.stringify(query);
    const present = this.#followed.get(key);
    if (present !== undefined) return present;
    const cache = startWatchCache(this.#kube, {
      query,
      backoff: exponentialBackoff({ maxMs: LONGEST_PAUSE_MS }),
      delay: this.#delay,
      onChange: () => this.#checkSoon(),
      onError: (error) => {
        followed.trouble = error;
        this.#checkSoon();
      },
    });
    const followed: Followed = { cache };
    this.#followed.set(key, followed);
    cache.synced.then(
      () => this.#checkSoon(),
      () => undefined,
    );
    return followed;
  }

  /** Looks at everything once the present turn is over: a list brings many changes at a time. */
  #checkSoon(): void {
    if (this.#isCheckDue || this.#ended.signal.aborted) return;
    this.#isCheckDue = true;
    queueMicrotask(() => {
      this.#isCheckDue = false;
      try {
        if (!this.#ended.signal.aborted) this.#check();
      } catch (error) {
        this.#outcome.reject(error);
      }
    });
  }

  #check(): void {
    const verdicts = this.#objects.map((object) => this.#judge(object));
    const hopeless = verdicts.find((verdict) => !verdict.ready && verdict.permanent === true);
    const first = hopeless ?? verdicts.find((verdict) => !this.#counts(verdict));
    if (first === undefined || first.ready) {
      this.#outcome.resolve(undefined);
      return;
    }
    if (first.reason !== this.#told) {
      this.#told = first.reason;
      this.#options.progress(first.reason);
    }
    if (first === hopeless) this.#fail('');
  }

  #counts(verdict: Verdict): boolean {
    return verdict.ready || (verdict.tentative === true && !this.#isPatient);
  }

  #fail(ending: string): void {
    this.#outcome.reject(new BrokerError('NotReady', `${this.#told}${ending}`));
  }

  #judge(object: KubeObject): Verdict {
    const { cache, trouble } = this.#follow(queryOf(object));
    const name = `${object.kind} ${object.metadata.name ?? ''}`;
    if (!cache.isSynced()) {
      if (trouble === undefined) return { ready: false, reason: `${name}: not read yet` };
      const refused = fromClusterError(trouble, `waiting for ${display(refOf(object))}`, 'NotReady');
      if (isKubeError(trouble, ...REFUSALS)) throw refused;
      const message = trouble instanceof Error ? quoted(trouble.message) : 'unknown failure';
      return { ready: false, reason: `${name}: can not be read for now: ${message}` };
    }
    const live = cache.get(object.metadata.name ?? '', object.metadata.namespace);
    // Made moments ago, so it is not still to come.
    if (live === undefined) return { ready: false, reason: `${name}: is gone`, permanent: true };
    if (live.metadata.deletionTimestamp !== undefined) {
      return { ready: false, reason: `${name}: is being deleted`, permanent: true };
    }
    return this.#judgeWithRelated(live);
  }

  #judgeWithRelated(live: KubeObject): Verdict {
    if (hasOwnEndpoints(live)) return judge(live, this.#endpointsOf(live));
    const verdict = judge(live);
    return verdict.ready || !hasPods(live) ? verdict : judge(live, this.#podsOf(live));
  }

  #endpointsOf({ metadata: { name = '', namespace } }: KubeObject): Related {
    const { cache, trouble } = this.#follow({
      apiVersion: 'v1',
      kind: 'Endpoints',
      ...(namespace === undefined ? {} : { namespace }),
      fieldSelector: `metadata.name=${name}`,
    });
    if (!cache.isSynced() && isKubeError(trouble, ...REFUSALS)) return { endpoints: 'unreadable' };
    const endpoints = cache.get(name, namespace);
    return endpoints === undefined ? {} : { endpoints };
  }

  #podsOf(workload: KubeObject): Related {
    const labelSelector = selectorTextOf(workload);
    const { namespace } = workload.metadata;
    if (labelSelector === undefined || namespace === undefined) return {};
    const { cache } = this.#follow({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector });
    return { pods: cache.items() };
  }
}

/** One watch for all objects of a kind that an instance has in a namespace. */
function queryOf({ apiVersion, kind, metadata }: KubeObject): ListQuery {
  const { name = '', namespace, labels = {} } = metadata;
  const instance = labels[INSTANCE_LABEL];
  return {
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    ...(instance === undefined
      ? { fieldSelector: `metadata.name=${name}` }
      : { labelSelector: `${INSTANCE_LABEL}=${instance}` }),
  };
}
