import { KubeError } from '../errors.js';
import { resourceName } from './kinds.js';
import type { ResourceKind } from './kinds.js';

/** What is wrong with one field of an object. */
export interface FieldProblem {
  readonly field: string;
  /** As the API server words it: `Required value: ...`, `Invalid value: ...`, `Forbidden: ...`. */
  readonly message: string;
}

/** 404 for an object. */
export function notFound(kind: ResourceKind, name: string): KubeError {
  return new KubeError('not-found', `${resourceName(kind)} "${name}" not found`, {
    status: 404,
    reason: 'NotFound',
  });
}

/** 404 for a kind that the server does not have. */
export function noSuchResource(): KubeError {
  return new KubeError('not-found', 'the server could not find the requested resource', {
    status: 404,
    reason: 'NotFound',
  });
}

/** 409 for a create. */
export function alreadyExists(kind: ResourceKind, name: string): KubeError {
  return new KubeError('already-exists', `${resourceName(kind)} "${name}" already exists`, {
    status: 409,
    reason: 'AlreadyExists',
  });
}

/** 409 for a write or a deletion whose precondition does not hold. */
export function conflict(kind: ResourceKind, name: string, why: string): KubeError {
  return applyConflict(`Operation cannot be fulfilled on ${resourceName(kind)} "${name}": ${why}`);
}

/** 409 for a write that was made from an older version of the object. */
export function staleVersion(kind: ResourceKind, name: string): KubeError {
  return conflict(
    kind,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

/** 409 with this message, for fields that another manager owns. */
export function applyConflict(message: string): KubeError {
  return new KubeError('conflict', message, { status: 409, reason: 'Conflict' });
}

/** 422 with what is wrong, field by field. */
export function invalid(
  kind: ResourceKind,
  name: string,
  problems: readonly FieldProblem[],
): InvalidObjectError {
  return new InvalidObjectError(kind, name, problems);
}

/** 422 that also names object and fields, which an HTTP answer lists one by one. */
export class InvalidObjectError extends KubeError {
  readonly object: { readonly group: string; readonly kind: string; readonly name: string };
  readonly problems: readonly FieldProblem[];

  constructor({ group, kind }: ResourceKind, name: string, problems: readonly FieldProblem[]) {
    const [first, ...others] = problems.map(({ field, message }) => `${field}: ${message}`);
    const causes = others.length === 0 ? (first ?? '') : `[${[first, ...others].join(', ')}]`;
    const subject = group === '' ? kind : `${kind}.${group}`;
    super('invalid', `${subject} "${name}" is invalid: ${causes}`, { status: 422, reason: 'Invalid' });
    this.object = { group, kind, name };
    this.problems = problems;
  }
}

/** 422 for a patch that can't be carried out on the object. */
export function unprocessablePatch(message: string): KubeError {
  return new KubeError('invalid', message, { status: 422, reason: 'Invalid' });
}

/** 400: the request itself is malformed. */
export function badRequest(message: string): KubeError {
  return new KubeError('invalid', message, { status: 400, reason: 'BadRequest' });
}

/** 403. */
export function forbidden(kind: ResourceKind, name: string, why: string): KubeError {
  return new KubeError('forbidden', `${resourceName(kind)} "${name}" is forbidden: ${why}`, {
    status: 403,
    reason: 'Forbidden',
  });
}

/** 410: a watch asks for changes that are no longer remembered. */
export function tooOldVersion(asked: number, oldest: number): KubeError {
  return new KubeError('gone', `too old resource version: ${asked} (${oldest})`, {
    status: 410,
    reason: 'Expired',
  });
}
