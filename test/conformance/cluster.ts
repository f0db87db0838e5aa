import type { KubeObject, ListQuery } from '@mesitis/kube';
import { KubeError, refOf } from '@mesitis/kube';
import type { KubeCall, MemoryKube } from '@mesitis/kube/memory';
import { asRecord } from '@mesitis/kube/memory';

const DEPLOYMENTS: ListQuery = { apiVersion: 'apps/v1', kind: 'Deployment' };
const READS: readonly KubeCall['verb'][] = ['get', 'list', 'watch'];
const HOLD = 'conformance.example.com/hold';

/** Waits until the Deployment of an instance is as wanted; a watch, so nothing is missed and nothing sleeps. */
async function deployment(
  kube: MemoryKube,
  instanceId: string,
  isWanted: (object: KubeObject) => boolean = () => true,
): Promise<KubeObject> {
  for await (const { type, object } of kube.watch(DEPLOYMENTS, '0')) {
    const isMeant = object.metadata.annotations?.['mesitis/instance'] === instanceId;
    if (type !== 'DELETED' && isMeant && isWanted(object)) return object;
  }
  throw new Error(`the watch ended before the Deployment of ${instanceId} was as wanted`);
}

/** Waits until the Deployment is there. */
export async function whenMade(kube: MemoryKube, instanceId: string): Promise<KubeObject> {
  return deployment(kube, instanceId);
}

/** Waits until the Deployment is to have so many replicas. */
export async function whenSized(kube: MemoryKube, instanceId: string, replicas: number): Promise<KubeObject> {
  return deployment(kube, instanceId, (object) => asRecord(object['spec'])['replicas'] === replicas);
}

/** Does what the Deployment controller would: as many Pods as wanted are available. */
export async function becomeAvailable(kube: MemoryKube, instanceId: string): Promise<void> {
  const object = await deployment(
    kube,
    instanceId,
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
  const replicas = Number(asRecord(object['spec'])['replicas']);
  const status = {
    observedGeneration: object.metadata.generation ?? 0,
    replicas,
    updatedReplicas: replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
    conditions: [
      { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' },
      { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
    ],
  };
  await kube.patch(refOf(object), { type: 'merge', body: { status } }, { subresource: 'status' });
}

/** Puts a finalizer on what was made for an instance, so that its deletion lasts until it is let go. */
export async function hold(kube: MemoryKube, instanceId: string): Promise<() => Promise<void>> {
  const object = await whenMade(kube, instanceId);
  const finalizers = async (value: string[] | null): Promise<void> => {
    await kube.patch(refOf(object), { type: 'merge', body: { metadata: { finalizers: value } } });
  };
  await finalizers([HOLD]);
  return async () => finalizers(null);
}

/** Lets the next write of this kind of object be refused for good, as a missing right would. */
export function refuseNextWrite(kube: MemoryKube, kind: string, times = 1): void {
  failNextWrite(kube, kind, new KubeError('forbidden', `${kind} is forbidden`), times);
}

/** Lets the next write of this kind of object fail in a way that nobody foresaw. */
export function breakNextWrite(kube: MemoryKube, kind: string, times = 1): void {
  failNextWrite(kube, kind, new KubeError('unknown', 'the unforeseen'), times);
}

function failNextWrite(kube: MemoryKube, kind: string, error: KubeError, times: number): void {
  kube.failNext((call) => call.kind === kind && !READS.includes(call.verb), error, times);
}

/** Holds the writes of one kind of object as long as it is closed: a cluster that is slow as long as a test wants. */
export class Gate {
  readonly #kind: string;
  #opened = Promise.withResolvers<undefined>();
  #arrived = Promise.withResolvers<undefined>();

  constructor(kind: string) {
    this.#kind = kind;
    this.open();
  }

  /** To be given to a MemoryKube as its `faults`. */
  readonly faults = async ({ kind, verb }: KubeCall): Promise<undefined> => {
    if (kind !== this.#kind || READS.includes(verb)) return undefined;
    this.#arrived.resolve(undefined);
    await this.#opened.promise;
    return undefined;
  };

  close(): void {
    this.#opened = Promise.withResolvers<undefined>();
    this.#arrived = Promise.withResolvers<undefined>();
  }

  open(): void {
    this.#opened.resolve(undefined);
  }

  /** Waits until a write stands before the gate. */
  async arrival(): Promise<void> {
    await this.#arrived.promise;
  }
}
