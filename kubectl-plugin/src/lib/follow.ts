import { isKubeError, startWatchCache, type CacheChange, type Kube, type KubeObject } from '@mesitis/kube';
import { deferred } from './deferred.js';
import { everyOf, type CatalogKind } from './service-catalog.js';
import { isPassing } from './wait.js';

/** What to follow, and who wants to hear of it. */
export interface FollowRequest {
  cluster: Pick<Kube, 'list' | 'watch'>;
  kinds: readonly CatalogKind[];
  /** Undefined for all namespaces. */
  namespace: string | undefined;
  selector: string | undefined;
  /** Called once, with all that is there. */
  onList: (objects: KubeObject[]) => void;
  /** Called for each change after that; of a deletion with the object as it was last. */
  onChange: (object: KubeObject, gone: boolean) => void;
  /** Called when the connection is lost, once for each time. */
  onTrouble: () => void;
  /** Ends it. */
  signal: AbortSignal;
}

/**
 * Lists objects and watches them until the signal fires. Survives closed watches, a version that is too old and an API
 * server that goes away for a while.
 * @throws KubeError when the server does not let us look
 */
export async function follow(request: FollowRequest): Promise<void> {
  const { cluster, namespace, selector, signal } = request;
  const end = deferred();
  let listed = false;
  let lost = false;
  const changed = ({ type, object }: CacheChange): void => {
    lost = false;
    if (listed) request.onChange(object, type === 'deleted');
  };
  const failed = (error: unknown): void => {
    if (!isPassing(error)) end.reject(error);
    // A version that is too old is the ordinary end of a long watch.
    else if (!lost && !isKubeError(error, 'gone')) {
      lost = true;
      request.onTrouble();
    }
  };
  const caches = request.kinds.map((kind) =>
    startWatchCache(cluster, {
      query: everyOf(kind, namespace, selector),
      onChange: changed,
      onError: failed,
    }),
  );
  const interrupt = (): void => end.resolve();
  signal.addEventListener('abort', interrupt);
  if (signal.aborted) interrupt();
  Promise.all(caches.map(({ synced }) => synced))
    .then(() => {
      request.onList(caches.flatMap((cache) => cache.items()));
      listed = true;
    })
    // Also when it is stopped before the first list; that is over then, and rejects nothing.
    .catch(end.reject);
  try {
    await end.promise;
  } finally {
    signal.removeEventListener('abort', interrupt);
    await Promise.all(caches.map((cache) => cache.stop()));
  }
}
