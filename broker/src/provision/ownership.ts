import { createHash } from 'node:crypto';
import type { KubeObject, ObjectMeta, ObjectRef } from '@mesitis/kube';
import { MANAGED_BY_LABEL } from '@mesitis/offering';

/** The marks on every object that a broker makes, besides the managed-by label. */
export const INSTANCE_LABEL = 'mesitis/instance-id';
const INSTANCE_ANNOTATION = 'mesitis/instance';

/** An instance id as a label value: hashed, because ids are arbitrary text and labels are not. */
export function instanceLabel(instanceId: string): string {
  return createHash('sha224').update(instanceId).digest('hex');
}

/** The metadata with the marks that say to which instance the object belongs. */
export function marked(metadata: ObjectMeta, instanceId: string): ObjectMeta {
  return {
    ...metadata,
    labels: {
      ...metadata.labels,
      [MANAGED_BY_LABEL]: 'mesitis',
      [INSTANCE_LABEL]: instanceLabel(instanceId),
    },
    annotations: { ...metadata.annotations, [INSTANCE_ANNOTATION]: instanceId },
  };
}

/** Whose an object is: this instance's, another instance's, or nobody's that we know. */
export type Owner = 'this-instance' | 'other-instance' | 'foreign';

/** Reads the marks. Labels decide, the annotation is for people. */
export function ownerOf({ metadata }: KubeObject, instanceId: string): Owner {
  const { labels = {} } = metadata;
  if (labels[MANAGED_BY_LABEL] !== 'mesitis' || labels[INSTANCE_LABEL] === undefined) return 'foreign';
  return labels[INSTANCE_LABEL] === instanceLabel(instanceId) ? 'this-instance' : 'other-instance';
}

/** An object as people name it: `Service api-ns/back-end`. */
export function display({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
