import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, ObjectMeta, RemoveOptions } from '../port.js';
import { badRequest, conflict, invalid, staleVersion } from './api-errors.js';
import { withDefaults } from './defaults.js';
import { asStrings, isRecord, without } from './json.js';
import { afterUpdate } from './managers.js';
import type { Manager } from './managers.js';
import type { ResourceKind } from './kinds.js';
import { problemsOf } from './validate.js';

/** A write that has been worked out but not stored: what the object was, what it becomes, whether it goes. */
export interface Change {
  readonly kind: ResourceKind;
  readonly current: KubeObject | undefined;
  readonly object: KubeObject;
  readonly gone: boolean;
}

/** What a write needs besides the object. */
export interface WriteContext {
  readonly kind: ResourceKind;
  readonly manager: Manager;
  /** RFC 3339, in seconds. */
  readonly now: string;
  readonly newUid: () => string;
  /** The end of a generated name. */
  readonly newSuffix: () => string;
  /** `metadata.managedFields` comes with the object (server-side apply) instead of from the difference. */
  readonly applied?: boolean;
}

const MAX_GENERATED_PREFIX = 58;

/** Works out a create. */
export function creation(desired: KubeObject, context: WriteContext): Change {
  const { kind } = context;
  const { name, generateName = '', resourceVersion = '' } = desired.metadata;
  if (resourceVersion !== '') throw badRequest('resourceVersion should not be set on objects to be created');
  const generated =
    generateName === '' ? '' : generateName.slice(0, MAX_GENERATED_PREFIX) + context.newSuffix();
  const metadata: ObjectMeta = {
    ...tidy(without(desired.metadata, 'deletionTimestamp', 'deletionGracePeriodSeconds', 'resourceVersion')),
    name: name === undefined || name === '' ? generated : name,
    uid: context.newUid(),
    creationTimestamp: context.now,
  };
  if (kind.generation) metadata.generation = 1;
  if (!kind.namespaced) delete metadata.namespace;
  // A status that comes with a create is ignored where it has a subresource of its own.
  const content = kind.status ? without(desired, 'status') : desired;
  return finished(undefined, { ...content, metadata }, context);
}

/** Works out a replacement of the object or of its status. */
export function replacement(current: KubeObject, desired: KubeObject, context: WriteContext): Change {
  const { kind, manager } = context;
  refuseStale(current, desired.metadata, kind);
  const kept = fixedMetadata(current);
  const isStatus = manager.subresource === 'status';
  const metadata = isStatus
    ? {
        ...current.metadata,
        ...(context.applied ? { managedFields: desired.metadata['managedFields'] } : {}),
      }
    : { ...without(tidy(desired.metadata), ...FIXED_METADATA), ...kept };
  const body = isStatus
    ? { ...current, ...pick(desired, 'status') }
    : kind.status
      ? { ...without(desired, 'status'), ...pick(current, 'status') }
      : desired;
  const next = { ...body, metadata } as KubeObject;
  refuseNewFinalizers(current, next, kind);
  return finished(current, next, context);
}

/** Works out a deletion: at once, or a mark when finalizers (or, of namespaces, contents) hold the object. */
export function deletion(
  kind: ResourceKind,
  current: KubeObject,
  options: Pick<RemoveOptions, 'uid' | 'resourceVersion'> & { now: string; held: boolean },
): Change {
  refuseOther(kind, current, options);
  if (!options.held && asStrings(current.metadata.finalizers).length === 0) {
    return { kind, current, object: current, gone: true };
  }
  if (current.metadata.deletionTimestamp !== undefined)
    return { kind, current, object: current, gone: false };
  const { generation } = current.metadata;
  const metadata = {
    ...current.metadata,
    deletionTimestamp: options.now,
    deletionGracePeriodSeconds: 0,
    ...(generation === undefined ? {} : { generation: generation + 1 }),
  };
  const status = kind.kind === 'Namespace' && kind.group === '' ? { status: { phase: 'Terminating' } } : {};
  return { kind, current, object: { ...current, metadata, ...status }, gone: false };
}

/** Checks the preconditions of a deletion. */
function refuseOther(
  kind: ResourceKind,
  { metadata: { name = '', uid = '', resourceVersion = '' } }: KubeObject,
  wanted: Pick<RemoveOptions, 'uid' | 'resourceVersion'>,
): void {
  if (wanted.uid !== undefined && wanted.uid !== uid) throw otherUid(kind, name, wanted.uid, uid);
  if (wanted.resourceVersion === undefined || wanted.resourceVersion === resourceVersion) return;
  throw conflict(
    kind,
    name,
    `Precondition failed: ResourceVersion in precondition: ${wanted.resourceVersion}, ` +
      `ResourceVersion in object meta: ${resourceVersion}`,
  );
}

function otherUid(kind: ResourceKind, name: string, wanted: string, uid: string): Error {
  return conflict(
    kind,
    name,
    `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${uid}`,
  );
}

const FIXED_METADATA = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'generation',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'resourceVersion',
  'generateName',
];

function fixedMetadata(current: KubeObject): ObjectMeta {
  return Object.fromEntries(Object.entries(current.metadata).filter(([key]) => FIXED_METADATA.includes(key)));
}

/** Defaults, validation, generation, field ownership, and whether the last finalizer has just gone. */
function finished(current: KubeObject | undefined, desired: KubeObject, context: WriteContext): Change {
  const { kind, now } = context;
  const next = withDefaults(kind, desired, now);
  const problems = problemsOf(kind, next);
  if (problems.length > 0) throw invalid(kind, next.metadata.name ?? '', problems);
  const metadata = {
    ...without(next.metadata, 'managedFields'),
    ...generationOf(kind, current, next),
    ...managedFieldsOf(current, next, context),
  };
  const isReleased =
    metadata.deletionTimestamp !== undefined &&
    asStrings(current?.metadata.finalizers).length > 0 &&
    asStrings(metadata.finalizers).length === 0;
  return { kind, current, object: { ...next, metadata }, gone: isReleased };
}

function generationOf(kind: ResourceKind, current: KubeObject | undefined, next: KubeObject): ObjectMeta {
  if (current === undefined || isDeepStrictEqual(specOf(kind, current), specOf(kind, next))) return {};
  return kind.generation ? { generation: (current.metadata.generation ?? 0) + 1 } : {};
}

function managedFieldsOf(
  current: KubeObject | undefined,
  next: KubeObject,
  context: WriteContext,
): ObjectMeta {
  const managedFields =
    context.applied === true ? next.metadata['managedFields'] : afterUpdate(current, next, context);
  return Array.isArray(managedFields) && managedFields.length > 0 ? { managedFields } : {};
}

/** All that a new generation is about. */
function specOf(kind: ResourceKind, object: KubeObject): object {
  return kind.status ? without(object, 'metadata', 'status') : without(object, 'metadata');
}

function refuseStale(current: KubeObject, desired: ObjectMeta, kind: ResourceKind): void {
  const { name = '', uid = '', resourceVersion } = current.metadata;
  const { uid: wantedUid = '', resourceVersion: wantedVersion = '' } = desired;
  if (wantedUid !== '' && wantedUid !== uid) throw otherUid(kind, name, wantedUid, uid);
  if (wantedVersion !== '' && wantedVersion !== resourceVersion) throw staleVersion(kind, name);
  if (wantedVersion === '' && !kind.unconditionalUpdate) {
    throw invalid(kind, name, [
      { field: 'metadata.resourceVersion', message: 'Invalid value: 0x0: must be specified for an update' },
    ]);
  }
}

function refuseNewFinalizers(current: KubeObject, next: KubeObject, kind: ResourceKind): void {
  if (current.metadata.deletionTimestamp === undefined) return;
  const present = asStrings(current.metadata.finalizers);
  const added = asStrings(next.metadata.finalizers).filter((finalizer) => !present.includes(finalizer));
  if (added.length === 0) return;
  throw invalid(kind, next.metadata.name ?? '', [
    {
      field: 'metadata.finalizers',
      message:
        'Forbidden: no new finalizers can be added if the object is being deleted, ' +
        `found new finalizers ${JSON.stringify(added)}`,
    },
  ]);
}

/** `metadata` without nulls and empty maps and lists, as the API server stores it. */
function tidy(metadata: ObjectMeta): ObjectMeta {
  return Object.fromEntries(
    Object.entries(metadata).filter(([, value]) => {
      if (value === null || value === '') return false;
      return Array.isArray(value) ? value.length > 0 : !isRecord(value) || Object.keys(value).length > 0;
    }),
  );
}

function pick(object: KubeObject, field: string): Record<string, unknown> {
  return Object.hasOwn(object, field) ? { [field]: object[field] } : {};
}
