import type { Json, JsonObject, KubeObject } from '@mesitis/kube';
import { isBuiltIn } from '../built-in-kinds.js';
import { isJsonObject, member } from '../json.js';
import { isSameQuantity } from './quantity.js';
import type { Place } from './server-rules.js';
import { isExactMap, isQuantity, listKeyOf, saysNothing } from './server-rules.js';
import { writtenPart } from './written.js';

/**
 * Where an object is not as it was written, as paths without values (`spec.ports[0].port`). What the server's defaults
 * and others added is no difference, nor is the server's own spelling of what was written.
 */
export function differences(live: KubeObject, wanted: KubeObject): string[] {
  return [...compare(writtenPart(live), writtenPart(wanted), rootOf(wanted))];
}

/** Whether all that was written is still so. */
export function contains(live: KubeObject, wanted: KubeObject): boolean {
  return differences(live, wanted).length === 0;
}

/** The place of a whole object. */
export function rootOf({ apiVersion }: KubeObject): Place {
  return { path: '', key: '', parent: '', builtIn: isBuiltIn(apiVersion) };
}

/** The place of a member. */
export function memberPlace({ path, key: parent, builtIn }: Place, key: string): Place {
  const isPlain = /^[\w-]+$/.test(key);
  const step = isPlain ? `${path === '' ? '' : '.'}${key}` : `[${JSON.stringify(key)}]`;
  return { path: path + step, key, parent, builtIn };
}

/** The paths at which what is there is not what was written. */
export function* compare(live: Json | undefined, wanted: Json, place: Place): Generator<string, void> {
  if (saysNothing(wanted, live, place)) return;
  if (Array.isArray(wanted)) yield* compareLists(live, wanted, place);
  else if (isJsonObject(wanted)) yield* compareObjects(live, wanted, place);
  else if (live !== wanted && !(isQuantity(place) && isSameQuantity(live ?? null, wanted))) yield place.path;
}

function* compareObjects(live: Json | undefined, wanted: JsonObject, place: Place): Generator<string, void> {
  if (live !== undefined && !isJsonObject(live)) {
    yield place.path;
    return;
  }
  const present = live ?? {};
  for (const [key, value] of Object.entries(wanted)) {
    yield* compare(member(present, key), value, memberPlace(place, key));
  }
  for (const key of extraKeys(present, wanted, place)) yield memberPlace(place, key).path;
}

/** What is too much in a map that has to be exactly as it was written. */
export function extraKeys(live: JsonObject, wanted: JsonObject, place: Place): string[] {
  if (!isExactMap(wanted, place)) return [];
  return Object.entries(live)
    .filter(
      ([key, value]) =>
        !Object.hasOwn(wanted, key) && !saysNothing(value, undefined, memberPlace(place, key)),
    )
    .map(([key]) => key);
}

function* compareLists(
  live: Json | undefined,
  wanted: readonly Json[],
  place: Place,
): Generator<string, void> {
  if (!Array.isArray(live)) {
    yield place.path;
    return;
  }
  const keyOf = listKeyOf(wanted, place);
  if (keyOf === undefined && live.length !== wanted.length) {
    yield place.path;
    return;
  }
  for (const [index, element] of wanted.entries()) {
    const id = keyOf?.(element);
    const found = keyOf === undefined ? live[index] : live.find((other) => keyOf(other) === id);
    const path = `${place.path}[${id === undefined ? index : JSON.stringify(id)}]`;
    if (found === undefined) yield path;
    else yield* compare(found, element, { ...place, path });
  }
}
