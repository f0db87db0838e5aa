import { SCOPES } from '../model/kinds.js';
import type { Refusal } from './kinds.js';

/**
 * What of an instance stays as it is (service-catalog.md section 1.6): its id, once it has one, and its class, once that
 * was found: the broker has made something of that class, and no request of OSB makes another of it. Until then a
 * misspelt class can be corrected, which the archived webhook refused. Pure.
 */
export function checkImmutable(
  spec: Readonly<Record<string, unknown>>,
  old: Readonly<Record<string, unknown>>,
): Refusal[] {
  const isResolved = SCOPES.some(({ classRef }) => textOf(old, classRef) !== '');
  const classFields = SCOPES.flatMap(({ styles }) => styles).map(({ classField }) => classField);
  const fixed = [
    ...(isResolved ? classFields : []),
    ...(textOf(old, 'externalID') === '' ? [] : ['externalID']),
  ];
  return fixed
    .filter((key) => textOf(spec, key) !== textOf(old, key))
    .map((key) => ({
      rule: 'immutable',
      path: `spec.${key}`,
      message: `field is immutable; ${key === 'externalID' ? 'leave it out, or set it back' : 'set it back, and make another instance of the other class'}`,
      code: 422,
    }));
}

/** The text of a field, or the name in a reference; what is empty and what is absent are the same. */
function textOf(spec: Readonly<Record<string, unknown>>, key: string): string {
  const value = spec[key];
  if (typeof value === 'string') return value;
  const name = typeof value === 'object' && value !== null && 'name' in value ? value.name : '';
  return typeof name === 'string' ? name : '';
}
