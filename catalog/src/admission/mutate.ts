import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { BINDING_KIND, INSTANCE_KIND, SCOPES } from '../model/kinds.js';
import type { ServiceBinding, UserInfo } from '../model/objects.js';
import type { Write } from './kinds.js';

/** A spec as it travels. */
type Spec = Record<string, unknown>;

/** What becomes of a write before it is judged. */
export interface Mutated {
  /** `spec` as it is to be stored. */
  spec: Spec;
  /** What the author has to know of it. */
  warnings: string[];
}

/**
 * What admission writes into the spec of an instance or a binding (service-catalog.md section 5): who asks, the id
 * under which the broker will know it, and what a change of the plan takes with it. The default plan is not decided
 * here. Pure, but for the id.
 *
 * Unlike the archived webhook it leaves who asked alone when nothing is asked for, and does not take the word of the
 * author for it; section 9, 1 and 2.
 */
export function mutate({ operation, object, oldObject, user }: Write, newId: () => string): Mutated {
  const spec = specOf(object);
  const old = operation === 'UPDATE' && oldObject !== undefined ? specOf(oldObject) : undefined;
  if (object.kind === INSTANCE_KIND) {
    return {
      spec: old === undefined ? newInstance(spec, user, newId) : changedInstance(spec, old, user),
      warnings: [],
    };
  }
  if (object.kind !== BINDING_KIND) return { spec, warnings: [] };
  return old === undefined
    ? { spec: newBinding(object as ServiceBinding, user, newId), warnings: [] }
    : changedBinding(spec, old);
}

/** The spec of any object; empty when there is none. */
export function specOf({ spec }: KubeObject): Spec {
  return typeof spec === 'object' && spec !== null ? (spec as Spec) : {};
}

/** Whether a write asks for something else than what is stored. Who asked last is nothing that is asked for. */
export function asksForMore(spec: Spec, old: Spec): boolean {
  return !isDeepStrictEqual(withoutUser(spec), withoutUser(old));
}

function newInstance(spec: Spec, user: UserInfo, newId: () => string): Spec {
  return { ...withoutReferences(spec), ...identity(spec, newId), userInfo: told(user) };
}

function changedInstance(spec: Spec, old: Spec, user: UserInfo): Spec {
  // An id that was given stays, also when a manifest without it is applied.
  const kept = isEmpty(spec['externalID']) ? withKey(spec, 'externalID', old) : spec;
  const counted = spec['updateRequests'] === 0 ? withKey(kept, 'updateRequests', old) : kept;
  const chosen = withPlanOf(counted, old);
  const planned = planChanges(chosen, old) ? withoutPlanReference(chosen) : chosen;
  return withKey(planned, 'userInfo', asksForMore(planned, old) ? { userInfo: told(user) } : old);
}

/** Whoever names no plan keeps the one that was chosen, as a manifest without one means when it is applied again. */
function withPlanOf(spec: Spec, old: Spec): Spec {
  const styles = SCOPES.flatMap((scope) => scope.styles);
  const namesNone = styles.every(({ planField }) => isEmpty(spec[planField]));
  const isOfSameClass = styles.every(
    ({ classField }) => (spec[classField] ?? '') === (old[classField] ?? ''),
  );
  if (!namesNone || !isOfSameClass) return spec;
  const kept = styles
    .filter(({ planField }) => !isEmpty(old[planField]))
    .map(({ planField }) => [planField, old[planField]]);
  return { ...spec, ...(Object.fromEntries(kept) as Spec) };
}

function newBinding({ metadata, spec }: ServiceBinding, user: UserInfo, newId: () => string): Spec {
  const secretName = isEmpty(spec.secretName) ? metadata.name : spec.secretName;
  return { ...spec, ...identity(spec, newId), secretName, userInfo: told(user) };
}

function changedBinding(spec: Spec, old: Spec): Mutated {
  const warnings = asksForMore(spec, old)
    ? ['spec: a binding can not be changed, so this change is left out; delete it and make another one']
    : [];
  return { spec: old, warnings };
}

function identity(spec: Spec, newId: () => string): Spec {
  return isEmpty(spec['externalID']) ? { externalID: newId() } : {};
}

/** Whether another plan is asked for, in whatever way it is named. */
export function planChanges(spec: Spec, old: Spec): boolean {
  return SCOPES.flatMap(({ styles }) => styles).some(
    ({ planField }) => (spec[planField] ?? '') !== (old[planField] ?? ''),
  );
}

/** Only the controller knows to which objects names lead. */
function withoutReferences(spec: Spec): Spec {
  return withoutKeys(
    spec,
    SCOPES.flatMap(({ classRef, planRef }) => [classRef, planRef]),
  );
}

function withoutPlanReference(spec: Spec): Spec {
  return withoutKeys(
    spec,
    SCOPES.map(({ planRef }) => planRef),
  );
}

function withoutUser(spec: Spec): Spec {
  return withoutKeys(spec, ['userInfo']);
}

/** The spec with a key as another one has it, or without it when that has none. */
function withKey(spec: Spec, key: string, other: Spec): Spec {
  return other[key] === undefined ? withoutKeys(spec, [key]) : { ...spec, [key]: other[key] };
}

function withoutKeys(spec: Spec, keys: readonly string[]): Spec {
  return Object.fromEntries(Object.entries(spec).filter(([key]) => !keys.includes(key)));
}

function told({ username, uid, groups, extra }: UserInfo): JsonObject {
  return JSON.parse(JSON.stringify({ username, uid: uid ?? '', groups: groups ?? [], extra })) as JsonObject;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
