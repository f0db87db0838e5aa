import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject, KubeObject } from '@mesitis/kube';
import { isJsonObject, member } from '../json.js';
import { compare, extraKeys, memberPlace, rootOf } from './differences.js';
import type { Place } from './server-rules.js';
import { isSharedMap, listKeyOf } from './server-rules.js';
import { writtenPart } from './written.js';

/**
 * The merge patch (RFC 7386) that turns what was written into something else and touches nothing else: what is no longer
 * written is null, a list that differs is sent whole. Empty when both are the same.
 */
export function mergePatch(from: KubeObject, to: KubeObject): JsonObject {
  return withoutStaleStrategy(patchBetween(writtenPart(from), writtenPart(to)), to);
}

/**
 * The merge patch that makes an object again what was written, and leaves alone what others added. Empty when nothing
 * differs.
 */
export function patchTowards(live: KubeObject, wanted: KubeObject): JsonObject {
  return withoutStaleStrategy(towards(writtenPart(live), writtenPart(wanted), rootOf(wanted)), wanted);
}

/** Whether an object is already as {@link mergePatch} would leave it, so that nothing has to be asked for. */
export function isChanged(live: KubeObject, from: KubeObject, to: KubeObject): boolean {
  return isSettled(writtenPart(live), { from: writtenPart(from), to: writtenPart(to) }, rootOf(to));
}

function patchBetween(from: JsonObject, to: JsonObject): JsonObject {
  const patch = new Map<string, Json>();
  for (const key of keysOf(from, to)) {
    const [before, after] = [member(from, key), member(to, key)];
    if (after === undefined) patch.set(key, removal(key, before));
    else if (isJsonObject(before) && isJsonObject(after)) {
      const inner = patchBetween(before, after);
      if (Object.keys(inner).length > 0) patch.set(key, inner);
    } else if (!isDeepStrictEqual(before, after)) patch.set(key, after);
  }
  return Object.fromEntries(patch);
}

function keysOf(...objects: JsonObject[]): string[] {
  return [...new Set(objects.flatMap(Object.keys))];
}

/** Takes away a member. Of labels and the like only ours: others may have put theirs beside them. */
function removal(key: string, before: Json | undefined): Json {
  if (!isSharedMap(key) || !isJsonObject(before)) return null;
  return Object.fromEntries(Object.keys(before).map((name) => [name, null]));
}

function towards(live: JsonObject, wanted: JsonObject, place: Place): JsonObject {
  const patch = new Map<string, Json>(extraKeys(live, wanted, place).map((key) => [key, null]));
  for (const [key, value] of Object.entries(wanted)) {
    const [found, at] = [member(live, key), memberPlace(place, key)];
    if (!isContained(found, value, at)) patch.set(key, replacement(found, value, at));
  }
  return Object.fromEntries(patch);
}

function replacement(live: Json | undefined, wanted: Json, place: Place): Json {
  if (isJsonObject(live) && isJsonObject(wanted)) return towards(live, wanted, place);
  if (!Array.isArray(live) || !Array.isArray(wanted)) return wanted;
  const keyOf = listKeyOf(wanted, place);
  if (keyOf === undefined) return wanted;
  const ours = wanted.map((element) => {
    const found = live.find((other) => keyOf(other) === keyOf(element));
    return isJsonObject(found) && isJsonObject(element)
      ? patched(found, towards(found, element, place))
      : element;
  });
  const keys = new Set(wanted.map(keyOf));
  return [...ours, ...live.filter((element) => !keys.has(keyOf(element)))];
}

/** RFC 7386, section 2. */
function patched(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const result = new Map(isJsonObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, patched(result.get(key), value));
  }
  return Object.fromEntries(result);
}

function isSettled(live: Json | undefined, { from, to }: Change, place: Place): boolean {
  if (isDeepStrictEqual(from, to)) return true;
  const after = to ?? (isSharedMap(place.key) ? {} : undefined);
  if (isJsonObject(from) && isJsonObject(after)) {
    return areMembersSettled(isJsonObject(live) ? live : {}, { from, to: after }, place);
  }
  if (to === undefined) return live === undefined;
  if (!isContained(live, to, place)) return false;
  if (from === undefined || !isContained(live, from, place)) return true;
  // It is as it was before, too: a list that has all of the new one may have more, an empty text says nothing. Then only
  // the more telling one of both can be told from the other.
  return isContained(to, from, place) && !isContained(from, to, place);
}

function areMembersSettled(
  live: JsonObject,
  change: { from: JsonObject; to: JsonObject },
  place: Place,
): boolean {
  return keysOf(change.from, change.to).every((key) => {
    const [from, to] = [member(change.from, key), member(change.to, key)];
    return isSettled(member(live, key), { from, to }, memberPlace(place, key));
  });
}

/** What was written and what is to be written. */
interface Change {
  from: Json | undefined;
  to: Json | undefined;
}

function isContained(live: Json | undefined, wanted: Json, place: Place): boolean {
  return compare(live, wanted, place).next().done === true;
}

/**
 * The server fills in `rollingUpdate` by default and then refuses it beside another type: who changes the type has to
 * take it away, although nobody wrote it.
 */
function withoutStaleStrategy(patch: JsonObject, { kind, ...object }: KubeObject): JsonObject {
  const key = kind === 'Deployment' ? 'strategy' : 'updateStrategy';
  const [spec, wanted] = [member(patch, 'spec'), object['spec']];
  const change = isJsonObject(spec) ? member(spec, key) : undefined;
  const strategy = isJsonObject(wanted) ? member(wanted, key) : undefined;
  if (!isJsonObject(spec) || !isJsonObject(change) || !isJsonObject(strategy)) return patch;
  const type = member(strategy, 'type');
  if (!Object.hasOwn(change, 'type') || type === undefined || type === 'RollingUpdate') return patch;
  return { ...patch, spec: { ...spec, [key]: { ...change, rollingUpdate: null } } };
}
