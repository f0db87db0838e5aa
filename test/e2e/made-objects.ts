import type { KubeClient } from '@mesitis/kube/client';
import type { KubeObject, ObjectRef } from '@mesitis/kube';

const MADE = 'app.kubernetes.io/managed-by=mesitis';

/** The kinds that the offerings of the tests make, in the order in which they are told. */
const KINDS: readonly (readonly [apiVersion: string, kind: string])[] = [
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['batch/v1', 'Job'],
  ['v1', 'Service'],
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
];

/** What a broker has made in a namespace. */
export class MadeObjects {
  readonly #kube: KubeClient;
  readonly #namespace: string;

  constructor(kube: KubeClient, namespace: string) {
    this.#kube = kube;
    this.#namespace = namespace;
  }

  /** As KIND NAME, those whose name ends so; all unless told. */
  async names(ending = ''): Promise<string[]> {
    const lists = await Promise.all(
      KINDS.map(async ([apiVersion, kind]) =>
        this.#kube.list({ apiVersion, kind, namespace: this.#namespace, labelSelector: MADE }),
      ),
    );
    return lists
      .flatMap(({ items }) => items)
      .map(({ kind, metadata }) => `${kind} ${metadata.name ?? ''}`)
      .filter((name) => name.endsWith(ending));
  }

  /** An object of one of these kinds. */
  ref(kind: string, name: string): ObjectRef {
    const [apiVersion] = KINDS.find(([, candidate]) => candidate === kind) ?? ['v1'];
    return { apiVersion, kind, namespace: this.#namespace, name };
  }

  async get(kind: string, name: string): Promise<KubeObject | undefined> {
    return this.#kube.get(this.ref(kind, name));
  }

  /** Has the only Pod of a Deployment run, as a kubelet would; the controllers do the rest. */
  async runPodOf(deployment: string): Promise<void> {
    const pods = { apiVersion: 'v1', kind: 'Pod', namespace: this.#namespace };
    const { items } = await this.#kube.list({ ...pods, labelSelector: `app=${deployment}` });
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    for (const pod of items) await this.#kube.update({ ...pod, status }, { subresource: 'status' });
  }
}
