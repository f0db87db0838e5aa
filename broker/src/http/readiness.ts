import { refreshedValue } from '../refreshed-value.js';

/** What readiness depends on. */
export interface ReadinessOptions {
  /** Whether the ConfigMaps have been read. */
  isCatalogRead: () => boolean;
  /** Whether the store answers now. */
  isStoreAvailable: () => Promise<boolean>;
  /** Whether the process was told to end. */
  isStopping: () => boolean;
  /** Monotonic milliseconds. */
  now: () => number;
  /** How long to wait for the store; default: less than the second that the kubelet waits for a probe. Milliseconds. */
  patienceMs?: number;
}

/** How long an answer of the store counts, in milliseconds. */
const STORE_ANSWER_MS = 3_000;

/** Gives what is missing for requests to be sent here, one sentence each. */
export function readiness(options: ReadinessOptions): () => Promise<readonly string[]> {
  const { isCatalogRead, isStoreAvailable, isStopping, now, patienceMs = 750 } = options;
  const storeAnswers = refreshedValue({
    ask: isStoreAvailable,
    freshMs: STORE_ANSWER_MS,
    staleMs: STORE_ANSWER_MS,
    patienceMs,
    now,
  });
  return async () => {
    const stored = await storeAnswers();
    return [
      ...(isCatalogRead() ? [] : ['the ConfigMaps have not been read from the cluster yet']),
      ...(stored === true ? [] : ['the store of instances does not answer']),
      ...(isStopping() ? ['the process is stopping'] : []),
    ];
  };
}
