import type { KubeObject } from '@mesitis/kube';
import { FINALIZER } from './kinds.js';

/** Whether the object waits for us before it may go. */
export function hasFinalizer(object: KubeObject): boolean {
  return object.metadata.finalizers?.includes(FINALIZER) ?? false;
}

/**
 * The object with our finalizer after its own. Brokers, instances and bindings only while their status is still empty:
 * `svcat --abandon` takes the finalizer away before it deletes, and must not find it put back.
 */
export function withFinalizer<Kind extends KubeObject>(object: Kind): Kind {
  const finalizers = [...(object.metadata.finalizers ?? []), FINALIZER];
  return { ...object, metadata: { ...object.metadata, finalizers } };
}

/** The object without our finalizer; those of others stay. */
export function withoutFinalizer<Kind extends KubeObject>(object: Kind): Kind {
  const finalizers = (object.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
  return { ...object, metadata: { ...object.metadata, finalizers } };
}
