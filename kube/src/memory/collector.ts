import type { KubeObject, RemoveOptions } from '../port.js';
import { deletion } from './changes.js';
import type { Change } from './changes.js';
import { asRecord, asString, asStrings } from './json.js';
import type { ResourceKind } from './kinds.js';
import type { ObjectStore } from './store.js';

/**
 * What the controllers of a cluster do after deletions, at once instead of after a while: dependents of a deleted
 * owner go, a namespace takes its contents along and a CustomResourceDefinition its objects.
 */

interface Stored {
  readonly kind: ResourceKind;
  readonly object: KubeObject;
}

/** While an owner carries this finalizer, it waits for the dependents that block its deletion. */
const FOREGROUND = 'foregroundDeletion';

/** Works out the deletion of an object; contents hold it until they are gone. */
export function deletionOf(
  store: ObjectStore,
  { kind, object }: Stored,
  options: RemoveOptions & { now: string },
): Change {
  const waits = options.propagationPolicy === 'Foreground' && dependentsOf(store, object, true).length > 0;
  const change = deletion(kind, object, { ...options, held: waits || contentsOf(store, object).length > 0 });
  const finalizers = asStrings(change.object.metadata.finalizers);
  if (!waits || finalizers.includes(FOREGROUND)) return change;
  const metadata = { ...change.object.metadata, finalizers: [...finalizers, FOREGROUND] };
  return { ...change, object: { ...change.object, metadata } };
}

/** Stores a change and everything that follows from it. Answers what the object was stored as. */
export function commitAndCollect(
  store: ObjectStore,
  change: Change,
  options: Pick<RemoveOptions, 'propagationPolicy'> & { now: string },
): KubeObject {
  const isHeld = change.gone && change.current !== undefined && contentsOf(store, change.current).length > 0;
  const stored = store.commit(isHeld ? { ...change, gone: false } : change);
  if (options.propagationPolicy === 'Orphan') orphanDependents(store, stored);
  if (change.gone && !isHeld) collectAfter(store, stored, options.now);
  else if (stored.metadata.deletionTimestamp !== undefined) {
    contentsOf(store, stored).forEach((content) => removeAgain(store, content, options.now));
    finishHolders(store, options.now);
  }
  return stored;
}

function collectAfter(store: ObjectStore, removed: KubeObject, now: string): void {
  for (const dependent of dependentsOf(store, removed, false)) {
    if (!hasLivingOwner(store, dependent.object)) removeAgain(store, dependent, now);
  }
  finishHolders(store, now);
}

/** Removes an object that was found earlier, unless an earlier removal took it along. */
function removeAgain(store: ObjectStore, { kind, object }: Stored, now: string): void {
  const { name = '', namespace } = object.metadata;
  const current = store.get(kind, name, namespace);
  if (current?.metadata.uid !== object.metadata.uid || current === undefined) return;
  if (current.metadata.deletionTimestamp !== undefined) return;
  commitAndCollect(store, deletionOf(store, { kind, object: current }, { now }), { now });
}

/** Removes what only waited for its contents. */
function finishHolders(store: ObjectStore, now: string): void {
  const done = store.all().find(({ object }) => {
    if (object.metadata.deletionTimestamp === undefined) return false;
    const isHeldOtherwise = asStrings(object.metadata.finalizers).some(
      (finalizer) => finalizer !== FOREGROUND,
    );
    return !isHeldOtherwise && contentsOf(store, object).length === 0;
  });
  if (done === undefined) return;
  commitAndCollect(store, { ...done, current: done.object, gone: true }, { now });
}

function contentsOf(store: ObjectStore, object: KubeObject): Stored[] {
  const { name } = object.metadata;
  if (object.apiVersion === 'v1' && object.kind === 'Namespace') {
    return store.all().filter(({ object: { metadata } }) => metadata.namespace === name);
  }
  if (object.kind === 'CustomResourceDefinition') {
    const spec = asRecord(object['spec']);
    const [group, plural] = [asString(spec['group']), asString(asRecord(spec['names'])['plural'])];
    return store.all().filter(({ kind }) => kind.group === group && kind.plural === plural);
  }
  return asStrings(object.metadata.finalizers).includes(FOREGROUND) ? dependentsOf(store, object, true) : [];
}

function dependentsOf(store: ObjectStore, owner: KubeObject, blockingOnly: boolean): Stored[] {
  const { uid } = owner.metadata;
  return store
    .all()
    .filter(({ object }) =>
      (object.metadata.ownerReferences ?? []).some(
        (reference) => reference.uid === uid && (!blockingOnly || reference.blockOwnerDeletion === true),
      ),
    );
}

function hasLivingOwner(store: ObjectStore, { metadata }: KubeObject): boolean {
  const owners = new Set((metadata.ownerReferences ?? []).map(({ uid }) => uid));
  return store.all().some(({ object }) => owners.has(object.metadata.uid ?? ''));
}

function orphanDependents(store: ObjectStore, owner: KubeObject): void {
  for (const { kind, object } of dependentsOf(store, owner, false)) {
    const { ownerReferences: references = [] } = object.metadata;
    const ownerReferences = references.filter(({ uid }) => uid !== owner.metadata.uid);
    const metadata = { ...object.metadata, ownerReferences };
    store.commit({ kind, current: object, object: { ...object, metadata }, gone: false });
  }
}
