import { createHash } from 'node:crypto';
import type { KubeObject, ListQuery, ObjectRef } from '@mesitis/kube';
import { MANAGED_BY_LABEL } from '@mesitis/offering';
import { writtenPart } from '../difference/written.js';
import { INSTANCE_LABEL, instanceLabel } from '../provision/ownership.js';

/** A kind in a namespace in which instances have objects. */
export interface Place {
  readonly id: number;
  /** Selects the objects that any broker made there. */
  readonly query: ListQuery;
}

/** Names an object of an instance in few bytes: the place and the name. */
export type ObjectKey = string;

/** The state of an object, as far as somebody may have changed it. */
export type Fingerprint = number;

interface TrackedInstance {
  label: string;
  /** By object: the state in which there was nothing to put back; undefined while that is not known. */
  settled: Map<ObjectKey, Fingerprint | undefined>;
}

/**
 * Which instances have objects where. With 10,000 instances every byte counts: it keeps ids, names and one number for
 * each object, never an object.
 */
export class TrackedObjects {
  readonly #instances = new Map<string, TrackedInstance>();
  readonly #instanceIds = new Map<string, string>();
  readonly #places = new Map<string, Place>();
  /** How many objects are in a place, by its id. */
  readonly #counts = new Map<number, number>();
  #lastPlace = 0;

  /** Takes in an instance with its objects, in place of what was known of it. False when that was the same. */
  set(instanceId: string, refs: readonly ObjectRef[]): boolean {
    const known = this.#instances.get(instanceId);
    const keys = new Set(refs.map((ref) => this.#keyIn(this.#placeOf(ref), ref)));
    if (known !== undefined && isSame(keys, known.settled)) return false;
    this.delete(instanceId);
    if (refs.length === 0) return known !== undefined;
    const label = instanceLabel(instanceId);
    this.#instances.set(instanceId, {
      label,
      settled: new Map([...keys].map((key) => [key, undefined])),
    });
    this.#instanceIds.set(label, instanceId);
    for (const key of keys) this.#count(key, 1);
    return true;
  }

  delete(instanceId: string): void {
    const known = this.#instances.get(instanceId);
    if (known === undefined) return;
    this.#instances.delete(instanceId);
    this.#instanceIds.delete(known.label);
    for (const key of known.settled.keys()) this.#count(key, -1);
  }

  has(instanceId: string): boolean {
    return this.#instances.has(instanceId);
  }

  instanceIds(): string[] {
    return [...this.#instances.keys()];
  }

  /** The places in which there is something, and those in which there is nothing any more, which are forgotten. */
  takePlaces(): { used: Place[]; unused: Place[] } {
    const isUsed = ({ id }: Place): boolean => (this.#counts.get(id) ?? 0) > 0;
    const unused = [...this.#places].filter(([, place]) => !isUsed(place));
    for (const [name, { id }] of unused) {
      this.#places.delete(name);
      this.#counts.delete(id);
    }
    return { used: [...this.#places.values()], unused: unused.map(([, place]) => place) };
  }

  /** Whose an object is; undefined when it is none that is tracked. */
  ownerOf(place: Place, { metadata }: KubeObject): { instanceId: string; key: ObjectKey } | undefined {
    const instanceId = this.#instanceIds.get(metadata.labels?.[INSTANCE_LABEL] ?? '');
    if (instanceId === undefined) return undefined;
    const key = this.#keyIn(place, { name: metadata.name ?? '' });
    return this.#instances.get(instanceId)?.settled.has(key) === true ? { instanceId, key } : undefined;
  }

  /** The objects of a place, with their instances. */
  *objectsIn(place: Place): Generator<{ instanceId: string; key: ObjectKey }, void> {
    for (const [instanceId, { settled }] of this.#instances) {
      for (const key of settled.keys()) if (placeIdOf(key) === place.id) yield { instanceId, key };
    }
  }

  keyOf(ref: ObjectRef): ObjectKey {
    return this.#keyIn(this.#placeOf(ref), ref);
  }

  settledAt(instanceId: string, key: ObjectKey): Fingerprint | undefined {
    return this.#instances.get(instanceId)?.settled.get(key);
  }

  /** Whatever the objects are like, they have to be compared again: what is wanted has changed. */
  unsettle(instanceId: string): void {
    const settled = this.#instances.get(instanceId)?.settled;
    for (const key of settled?.keys() ?? []) settled?.set(key, undefined);
  }

  /** Remembers in which state there is nothing to put back. */
  settle(instanceId: string, key: ObjectKey, fingerprint: Fingerprint | undefined): void {
    const settled = this.#instances.get(instanceId)?.settled;
    if (settled?.has(key) === true) settled.set(key, fingerprint);
  }

  #placeOf({ apiVersion, kind, namespace }: Omit<ObjectRef, 'name'>): Place {
    const name = JSON.stringify([apiVersion, kind, namespace]);
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    this.#lastPlace += 1;
    const query = {
      apiVersion,
      kind,
      ...(namespace === undefined ? {} : { namespace }),
      labelSelector: `${MANAGED_BY_LABEL}=mesitis,${INSTANCE_LABEL}`,
    };
    const place = { id: this.#lastPlace, query };
    this.#places.set(name, place);
    return place;
  }

  #count(key: ObjectKey, by: number): void {
    const id = placeIdOf(key);
    this.#counts.set(id, (this.#counts.get(id) ?? 0) + by);
  }

  #keyIn({ id }: Place, { name }: Pick<ObjectRef, 'name'>): ObjectKey {
    return `${id}/${name}`;
  }
}

/** The state of an object as a number. What only the server writes is not in it, so that a status changes nothing. */
export function fingerprintOf(live: KubeObject): Fingerprint {
  return createHash('sha1')
    .update(JSON.stringify(writtenPart(live)))
    .digest()
    .readUIntBE(0, 6);
}

function isSame(keys: ReadonlySet<ObjectKey>, others: ReadonlyMap<ObjectKey, unknown>): boolean {
  return keys.size === others.size && [...keys].every((key) => others.has(key));
}

function placeIdOf(key: ObjectKey): number {
  return Number(key.slice(0, key.indexOf('/')));
}

/** Names an object among those of all instances. */
export function objectId(instanceId: string, key: ObjectKey | undefined): string {
  return JSON.stringify([instanceId, key]);
}
