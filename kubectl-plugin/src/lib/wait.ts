import { isKubeError, startWatchCache, type Kube, type KubeObject, type ObjectRef } from '@mesitis/kube';

/** What an observed object means for the one who waits: `what` is for the progress, `why` for the end of patience. */
export type Judgement =
  | {
      kind: 'waiting';
      what: string;
      why: string;
      /** Nobody is at work on it: the one who waits has to ask for it. */
      idle?: true;
    }
  | { kind: 'met' }
  | { kind: 'failed'; why: string };

/** How a wait ended, with the object as it was last seen. */
export type WaitOutcome =
  | { kind: 'met'; object: KubeObject | undefined }
  | { kind: 'failed'; why: string; object: KubeObject | undefined }
  | { kind: 'timed-out'; last: string; idle: boolean }
  | { kind: 'interrupted' };

/** One object to wait for. */
export interface WaitRequest {
  cluster: Pick<Kube, 'list' | 'watch'>;
  ref: ObjectRef;
  /** Called with each version of the object, undefined when there is none. */
  judge: (object: KubeObject | undefined) => Judgement;
  /** Called when what is awaited changes. */
  onProgress: (what: string) => void;
  timeoutMs: number;
  /** Ends the wait at once. */
  signal: AbortSignal;
}

/**
 * Watches one object until it is as wanted, can't become so, or time is up. Survives closed watches and an API server
 * that goes away for a while.
 * @throws KubeError when the server does not let us look
 */
export async function waitFor(request: WaitRequest): Promise<WaitOutcome> {
  const { cluster, ref, signal } = request;
  let settle: Settle | undefined;
  const outcome = new Promise<WaitOutcome>((resolve, reject) => {
    settle = { resolve, reject };
  });
  const { look, last } = observer(request, (result) => settle?.resolve(result));
  const cache = startWatchCache(cluster, {
    query: {
      apiVersion: ref.apiVersion,
      kind: ref.kind,
      ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
      fieldSelector: `metadata.name=${ref.name}`,
    },
    onChange: ({ type, object }) => look(type === 'deleted' ? undefined : object),
    onError: (error) => {
      if (isPassing(error)) request.onProgress('the connection to the cluster is lost; trying again');
      else settle?.reject(error);
    },
  });
  cache.synced.then(
    () => look(cache.get(ref.name, ref.namespace)),
    (error: unknown) => settle?.reject(error),
  );
  const timer = setTimeout(() => settle?.resolve({ kind: 'timed-out', ...last() }), request.timeoutMs);
  const interrupt = (): void => settle?.resolve({ kind: 'interrupted' });
  signal.addEventListener('abort', interrupt);
  if (signal.aborted) interrupt();
  try {
    return await outcome;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', interrupt);
    await cache.stop();
  }
}

interface Settle {
  resolve: (outcome: WaitOutcome) => void;
  reject: (error: unknown) => void;
}

/** Judges each version, reports changes of what is awaited, and hands over the final outcome. */
function observer(
  { judge, onProgress }: WaitRequest,
  settle: (outcome: WaitOutcome) => void,
): { look: (object: KubeObject | undefined) => void; last: () => { last: string; idle: boolean } } {
  let awaited = '';
  let why = '';
  let idle = false;
  return {
    look(object) {
      const judgement = judge(object);
      switch (judgement.kind) {
        case 'met': {
          settle({ kind: 'met', object });
          return;
        }
        case 'failed': {
          settle({ kind: 'failed', why: judgement.why, object });
          return;
        }
        case 'waiting':
          why = judgement.why;
          idle = judgement.idle ?? false;
          if (judgement.what === awaited) return;
          awaited = judgement.what;
          onProgress(awaited);
      }
    },
    last: () => ({ last: why, idle }),
  };
}

/** Whether an error may go away when the watch is tried again. */
export function isPassing(error: unknown): boolean {
  return isKubeError(error, 'unavailable', 'timeout', 'too-many-requests', 'gone', 'conflict', 'unknown');
}
