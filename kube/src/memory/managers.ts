import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../port.js';
import { applyConflict } from './api-errors.js';
import { elementsOf, leavesOf, mergeFields, ownable, removeFields } from './fields.js';
import type { FieldPath, Leaves } from './fields.js';
import { asRecord, asRecords, asString, isRecord } from './json.js';
import type { JsonRecord } from './json.js';
import { apiVersionOf } from './kinds.js';
import type { ResourceKind } from './kinds.js';

/** Who writes: a field manager's name, and through which subresource. */
export interface Manager {
  readonly name: string;
  readonly subresource?: 'status' | undefined;
}

/** What one manager owns: an entry of `metadata.managedFields` with its fields as a set of paths. */
interface Ownership {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time: string;
  readonly subresource: string | undefined;
  readonly fields: ReadonlySet<FieldPath>;
}

/** What a write needs to know to keep `metadata.managedFields`. */
export interface OwnershipContext {
  readonly kind: ResourceKind;
  readonly manager: Manager;
  /** RFC 3339, in seconds. */
  readonly now: string;
}

/**
 * `metadata.managedFields` after an ordinary write: whoever changes a field owns it, alone ("Server-Side Apply",
 * "Field management"). Clients send `managedFields` back as they got it: what counts is what is stored.
 */
export function afterUpdate(
  current: KubeObject | undefined,
  next: KubeObject,
  context: OwnershipContext,
): JsonRecord[] {
  const { custom } = context.kind;
  const before: Leaves = current === undefined ? new Map() : leavesOf(ownable(current), custom);
  const after = leavesOf(ownable(next), custom);
  const changed = new Set(
    [...after].filter(([path, value]) => before.get(path) !== value).map(([path]) => path),
  );
  const owners = decode(current);
  const mine = owners.find((owner) => owner.operation === 'Update' && isSame(owner, context.manager));
  const others = owners
    .filter((owner) => owner !== mine)
    .map((owner) => only(owner, (path) => after.has(path) && !changed.has(path)));
  const fields = new Set([...(mine?.fields ?? [])].filter((path) => after.has(path)).concat(...changed));
  return encode([...others, renewed(mine, 'Update', fields, context)]);
}

/**
 * Server-side apply: the object with the configuration merged in, without the fields that the manager applied before
 * and no longer does, and with `metadata.managedFields` brought up to date.
 *
 * @throws KubeError `conflict` when a field has another value and another owner, unless forced
 */
export function applyConfiguration(
  current: KubeObject | undefined,
  configuration: KubeObject,
  context: OwnershipContext & { force: boolean },
): KubeObject {
  const { custom } = context.kind;
  const applied = ownable(configuration);
  const wanted = leavesOf(applied, custom);
  const live: Leaves = current === undefined ? new Map() : leavesOf(ownable(current), custom);
  const owners = decode(current);
  const mine = owners.find((owner) => owner.operation === 'Apply' && isSame(owner, context.manager));
  const others = owners.filter((owner) => owner !== mine);

  const disputed = (path: FieldPath): boolean => {
    const value = wanted.get(path);
    if (value !== undefined) return value !== live.get(path);
    return [...wanted].some(
      ([key, whole]) =>
        (isWithin(path, key) && !isOpen(whole)) || (isWithin(key, path) && !isOpen(live.get(path) ?? '')),
    );
  };
  if (!context.force) refuseConflicts(others, disputed);

  const kept = new Set(others.flatMap((owner) => [...owner.fields]));
  const dropped = [...(mine?.fields ?? [])].filter((path) => !wanted.has(path) && !kept.has(path));
  const base = current === undefined ? configuration : removeFields(current, dropped, custom);
  const merged = mergeFields(base, applied, '', custom) as KubeObject;
  const managedFields = encode([
    ...others.map((owner) => only(owner, (path) => !disputed(path))),
    renewed(mine, 'Apply', new Set(wanted.keys()), context),
  ]);
  return { ...merged, metadata: { ...asRecord(merged.metadata), managedFields } };
}

function refuseConflicts(others: readonly Ownership[], disputed: (path: FieldPath) => boolean): void {
  const conflicts = others
    .map((owner) => ({ owner, paths: [...owner.fields].filter(disputed) }))
    .filter(({ paths }) => paths.length > 0);
  const [first] = conflicts;
  if (first === undefined) return;
  const count = conflicts.reduce((sum, { paths }) => sum + paths.length, 0);
  if (count === 1) {
    throw applyConflict(
      `Apply failed with 1 conflict: conflict with ${described(first.owner)}: ${first.paths.map(written).join()}`,
    );
  }
  const lines = conflicts.flatMap(({ owner, paths }) => [
    `conflicts with ${described(owner)}:`,
    ...paths.map((path) => `- ${written(path)}`),
  ]);
  throw applyConflict(`Apply failed with ${count} conflicts: ${lines.join('\n')}`);
}

function described(owner: Ownership): string {
  const through = owner.subresource === undefined ? '' : ` with subresource "${owner.subresource}"`;
  return `"${owner.manager}"${through} using ${owner.apiVersion}`;
}

/** A path as messages show it: `.metadata.labels.app`, `.spec.containers[name="x"].image`. */
function written(path: FieldPath): string {
  return elementsOf(path)
    .map((element) => {
      if (element.startsWith('f:')) return `.${element.slice(2)}`;
      if (element.startsWith('v:')) return `[=${element.slice(2)}]`;
      const keys = asRecord(JSON.parse(element.slice(2)));
      return `[${Object.entries(keys)
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(',')}]`;
    })
    .join('');
}

function isSame(owner: Ownership, manager: Manager): boolean {
  return owner.manager === manager.name && owner.subresource === manager.subresource;
}

/** Whether a leaf goes along with anything below it: an empty map, or an item of a keyed list as such. */
function isOpen(value: string): boolean {
  return value === '{}' || value === '';
}

/** Whether the first path lies below the second. */
function isWithin(path: FieldPath, ancestor: FieldPath): boolean {
  return path.startsWith(`${ancestor.slice(0, -1)},`);
}

function only(owner: Ownership, keeps: (path: FieldPath) => boolean): Ownership {
  return { ...owner, fields: new Set([...owner.fields].filter(keeps)) };
}

/** The writer's own entry; its time moves only when its fields do, so that repeating a write changes nothing. */
function renewed(
  mine: Ownership | undefined,
  operation: Ownership['operation'],
  fields: ReadonlySet<FieldPath>,
  { kind, manager, now }: OwnershipContext,
): Ownership {
  const same = mine !== undefined && isDeepStrictEqual(mine.fields, fields);
  return {
    manager: manager.name,
    operation,
    apiVersion: apiVersionOf(kind),
    time: same ? mine.time : now,
    subresource: manager.subresource,
    fields,
  };
}

function decode(object: KubeObject | undefined): Ownership[] {
  return asRecords(object?.metadata['managedFields']).map((entry) => {
    const fields = new Set<FieldPath>();
    collectPaths(asRecord(entry['fieldsV1']), [], fields);
    return {
      manager: asString(entry['manager']),
      operation: entry['operation'] === 'Apply' ? 'Apply' : 'Update',
      apiVersion: asString(entry['apiVersion']),
      time: asString(entry['time']),
      subresource: typeof entry['subresource'] === 'string' ? entry['subresource'] : undefined,
      fields,
    };
  });
}

function collectPaths(tree: JsonRecord, path: readonly string[], into: Set<FieldPath>): void {
  for (const [element, subtree] of Object.entries(tree)) {
    if (element === '.') into.add(JSON.stringify(path));
    else if (isRecord(subtree) && Object.keys(subtree).length > 0)
      collectPaths(subtree, [...path, element], into);
    else into.add(JSON.stringify([...path, element]));
  }
}

function encode(owners: readonly Ownership[]): JsonRecord[] {
  return owners
    .filter(({ fields }) => fields.size > 0)
    .map(({ manager, operation, apiVersion, time, subresource, fields }) => ({
      manager,
      operation,
      apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: fieldsTree([...fields].map(elementsOf)),
      ...(subresource === undefined ? {} : { subresource }),
    }));
}

/** FieldsV1: a map for each element of the paths; `.` where an inner node is owned itself. */
function fieldsTree(paths: readonly string[][]): JsonRecord {
  const heads = new Map<string, string[][]>();
  for (const [head, ...rest] of paths) {
    if (head !== undefined) heads.set(head, [...(heads.get(head) ?? []), rest]);
  }
  return Object.fromEntries(
    [...heads].map(([head, rests]) => {
      const ownsItself = rests.some((rest) => rest.length === 0);
      const subtree = fieldsTree(rests.filter((rest) => rest.length > 0));
      return [head, ownsItself && Object.keys(subtree).length > 0 ? { '.': {}, ...subtree } : subtree];
    }),
  );
}
