import { childField, isArray, isObject, readString, wrongType, type Field } from './fields.js';
import { childPath } from './path.js';
import type { ArrayNode, ObjectNode } from './payload-node.js';
import type { Place, Report } from './report.js';

/*
 * Readers for Kubernetes objects. Their keys match exactly, and unknown ones are the API server's business; both is
 * different for the objects of the configuration language, which `Fields` reads.
 */

/** The field under a key. */
export function member(object: Field<ObjectNode>, key: string): Field | undefined {
  const found = object.node.members.find((candidate) => candidate.key === key);
  return found === undefined ? undefined : childField(object, key, found.value);
}

/** The field under a key that must be there. */
export function requireMember(
  object: Field<ObjectNode>,
  key: string,
  remedy: string,
  report: Report,
): Field | undefined {
  const field = member(object, key);
  if (field === undefined) report.add('key-missing', missingPlace(object, key), `is missing; ${remedy}`);
  return field;
}

/** An object that must be there. */
export function requireObject(
  object: Field<ObjectNode>,
  key: string,
  report: Report,
): Field<ObjectNode> | undefined {
  const field = requireMember(object, key, 'add it', report);
  if (field === undefined || isObject(field)) return field;
  wrongType(field, 'an object', report);
  return undefined;
}

/** A list that must be there and hold something. */
export function requireList(
  object: Field<ObjectNode>,
  key: string,
  report: Report,
): Field<ArrayNode> | undefined {
  const field = requireMember(object, key, 'add a list with at least one item', report);
  if (field === undefined) return undefined;
  if (!isArray(field)) {
    wrongType(field, 'a list', report);
    return undefined;
  }
  if (field.node.items.length === 0) report.add('value-empty', field, 'is empty; add at least one item');
  return field;
}

/** A string that must be there. */
export function requireString(
  object: Field<ObjectNode>,
  key: string,
  remedy: string,
  report: Report,
): { text: string; field: Field } | undefined {
  const field = requireMember(object, key, remedy, report);
  const text = field === undefined ? undefined : readString(field, report);
  return field === undefined || text === undefined ? undefined : { text, field };
}

/** The strings of an object; anything else in it is noted. */
export function stringMap(field: Field, report: Report): [text: string, field: Field, key: string][] {
  if (!isObject(field)) {
    wrongType(field, 'an object', report);
    return [];
  }
  return field.node.members.flatMap(({ key, value }) => {
    const child = childField(field, key, value);
    if (value.type === 'scalar' && typeof value.value === 'string') return [[value.value, child, key]];
    wrongType(child, 'a string', report);
    return [];
  });
}

function missingPlace({ path, position }: Field, key: string): Place {
  return { path: childPath(path, key), position };
}
