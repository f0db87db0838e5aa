import type { KubeObject } from '@mesitis/kube';
import type { Kubectl } from './kubectl.js';
import type { Cluster } from './launch.js';

/** On every object that a test or the demo installs, so that a later run knows what it may replace and remove. */
const MARK = 'mesitis/test-installation';

/**
 * Applies rendered objects and waits for the CRDs among them. Namespaces that are missing are made.
 *
 * @returns the objects to remove again, in the order of their creation.
 * @throws an Error on a `current` cluster that has one of the objects from somebody else: a demonstration must not
 * take over an installation that people use.
 */
export async function install(
  cluster: Cluster,
  kubectl: Kubectl,
  namespaces: readonly string[],
  objects: readonly KubeObject[],
): Promise<KubeObject[]> {
  const marked = objects.map(withMark);
  if (cluster.kind === 'current') {
    const foreign = (await kubectl.existing(marked)).find(
      (object) => object.metadata.labels?.[MARK] !== 'true',
    );
    if (foreign !== undefined) {
      throw new Error(
        `This cluster has the ${foreign.kind} ${foreign.metadata.name ?? ''} already, which this run would ` +
          'replace and later delete; use a cluster without Mesitis or Service Catalog.',
      );
    }
  }
  const wanted = [...new Set(namespaces)].map((name) =>
    withMark({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
  );
  const present = wanted.length === 0 ? [] : await kubectl.existing(wanted);
  const theirs = present.filter((object) => object.metadata.labels?.[MARK] !== 'true');
  const ours = wanted.filter(
    (object) => !theirs.some(({ metadata }) => metadata.name === object.metadata.name),
  );
  await kubectl.apply(ours);
  await kubectl.apply(marked);
  const kinds = marked.filter((object) => object.kind === 'CustomResourceDefinition');
  if (kinds.length > 0) {
    const names = kinds.map(({ metadata }) => `customresourcedefinition/${metadata.name ?? ''}`);
    await kubectl.must(['wait', '--for=condition=Established', '--timeout=30s', ...names]);
  }
  return [...ours, ...marked];
}

/** A copy of the object with the mark. */
export function withMark(object: KubeObject): KubeObject {
  const labels = { ...object.metadata.labels, [MARK]: 'true' };
  return { ...object, metadata: { ...object.metadata, labels } };
}
