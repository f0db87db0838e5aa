import { childPath, type Path } from './path.js';
import type { ArrayNode, ObjectNode, PayloadNode } from './payload-node.js';
import type { Position } from './position.js';
import type { Report } from './report.js';
import type { RuleName } from './rules.js';
import { checkTemplate, refuseTemplate } from './template/check.js';
import type { ExpressionPlace } from './template/place.js';
import { listing, nearest, quote } from './wording.js';

/** A node and where it is: what every check of the tree needs. */
export interface Field<Node extends PayloadNode = PayloadNode> {
  path: Path;
  position: Position;
  node: Node;
}

/** A check on a string: what is wrong with it and what to do, or undefined when it is right. */
export interface Format {
  rule: RuleName;
  problem(text: string): string | undefined;
}

/** How to read a string. */
export interface StringOptions {
  format?: Format;
  /** What `${ … }` in it may be; without it there may be none. A string that holds one is not held to the format. */
  expressions?: ExpressionPlace;
  /** Whether a plain integer is taken for the text that it is: `version: 1`. */
  integers?: boolean;
}

/** A field of a member or an item. */
export function childField(parent: Field, segment: string | number, node: PayloadNode): Field {
  return { path: childPath(parent.path, segment), position: node.position, node };
}

/** Whether a field is an object. */
export function isObject(field: Field): field is Field<ObjectNode> {
  return field.node.type === 'object';
}

/** Whether a field is a list. */
export function isArray(field: Field): field is Field<ArrayNode> {
  return field.node.type === 'array';
}

/** The members of an object as fields, with their keys. */
export function members(object: Field<ObjectNode>): [key: string, value: Field][] {
  return object.node.members.map(({ key, value }) => [key, childField(object, key, value)]);
}

/** The items of a list as fields. */
export function items(list: Field<ArrayNode>): Field[] {
  return list.node.items.map((item, index) => childField(list, index, item));
}

/** What a value is, for messages. */
export function typeName({ node }: Field): string {
  if (node.type === 'array') return 'a list';
  if (node.type === 'object') return 'an object';
  if (node.value === null) return 'null';
  return `a ${typeof node.value}`;
}

/** Notes that a value has the wrong type. The value itself is not told: it may be a credential. */
export function wrongType(field: Field, expected: string, report: Report): void {
  const isQuotable = expected === 'a string' && ['a number', 'a boolean'].includes(typeName(field));
  const remedy = isQuotable ? 'put it in quotes' : `write ${expected}`;
  report.add('value-type', field, `must be ${expected} but is ${typeName(field)}; ${remedy}`);
}

/**
 * Notes what is wrong with the expressions of a string; where none may stand, that there is one. Returns whether the
 * string holds any.
 */
export function checkExpressions(
  text: string,
  field: Field,
  place: ExpressionPlace | undefined,
  report: Report,
): boolean {
  return place === undefined
    ? refuseTemplate(text, field, report)
    : checkTemplate(text, field, place, report);
}

/** Checks the expressions of all strings of a value. Keys hold none. */
export function checkStrings(field: Field, place: ExpressionPlace, report: Report): void {
  if (isObject(field)) {
    for (const [key, value] of members(field)) {
      refuseTemplate(key, value, report);
      checkStrings(value, place, report);
    }
  } else if (isArray(field)) for (const item of items(field)) checkStrings(item, place, report);
  else if (field.node.type === 'scalar' && typeof field.node.value === 'string') {
    checkTemplate(field.node.value, field, place, report);
  }
}

/** The text of a field, checked. What is wrong is noted; then the result is undefined. */
export function readString(field: Field, report: Report, options: StringOptions = {}): string | undefined {
  const text = textOf(field, report, options.integers === true);
  if (text === undefined) return undefined;
  if (text.trim() === '') {
    report.add('value-empty', field, 'is empty; write a value or remove the key');
    return undefined;
  }
  if (checkExpressions(text, field, options.expressions, report)) {
    return options.expressions === undefined ? undefined : text;
  }
  const problem = options.format?.problem(text);
  if (options.format === undefined || problem === undefined) return text;
  report.add(options.format.rule, field, problem);
  return undefined;
}

function textOf(field: Field, report: Report, integers: boolean): string | undefined {
  const { node } = field;
  if (node.type === 'scalar' && typeof node.value === 'string') return node.value;
  if (!integers || node.type !== 'scalar' || typeof node.value !== 'number') {
    wrongType(field, 'a string', report);
    return undefined;
  }
  if (/^(0|[1-9]\d*)$/.test(node.source)) return node.source;
  report.add(
    'value-quote',
    field,
    `is the number ${quote(node.source)}, whose text would change; put it in quotes`,
  );
  return undefined;
}

/** The keys that an object may have. */
export interface KnownKeys {
  required: readonly string[];
  /** In the spelling of the documentation. */
  all: readonly string[];
  /** That spelling, by the key in lower case. */
  byLowerCase: ReadonlyMap<string, string>;
}

/** The keys of an object of the configuration language. */
export function knownKeys(required: readonly string[], optional: readonly string[] = []): KnownKeys {
  const all = [...required, ...optional];
  return { required, all, byLowerCase: new Map(all.map((key) => [key.toLowerCase(), key])) };
}

/**
 * An object of the configuration language. Its known keys match in any letter case; unknown keys, known keys in two
 * spellings and missing ones are noted at once. The readers return undefined for what is absent or wrong, and note
 * the latter.
 */
export class Fields {
  readonly #object: Field<ObjectNode>;
  readonly #report: Report;
  readonly #fields = new Map<string, Field>();

  constructor(object: Field<ObjectNode>, keys: KnownKeys, report: Report) {
    this.#object = object;
    this.#report = report;
    for (const { key, position, value } of object.node.members) {
      const name = keys.byLowerCase.get(key.toLowerCase());
      if (name !== undefined && !this.#fields.has(name)) {
        this.#fields.set(name, childField(object, key, value));
        continue;
      }
      const place = { path: childPath(object.path, key), position };
      if (name === undefined) report.add('key-unknown', place, unknownKey(key, keys.all));
      else report.add('key-spelled-twice', place, `means the same as another key here; write ${name} once`);
    }
    for (const key of keys.required) if (!this.#fields.has(key)) this.missing(key);
  }

  /** Notes that a key is missing. */
  missing(key: string, remedy = 'add it'): void {
    const { path, position } = this.#object;
    this.#report.add('key-missing', { path: childPath(path, key), position }, `is missing; ${remedy}`);
  }

  /** The field under a key, null included. */
  raw(key: string): Field | undefined {
    return this.#fields.get(key);
  }

  /** The field under a key; null is noted. */
  field(key: string): Field | undefined {
    const field = this.#fields.get(key);
    if (field?.node.type !== 'scalar' || field.node.value !== null) return field;
    this.#report.add('value-null', field, 'is null; write a value or remove the key');
    return undefined;
  }

  /** A string that says something. */
  string(key: string, options?: StringOptions): string | undefined {
    const field = this.field(key);
    return field === undefined ? undefined : readString(field, this.#report, options);
  }

  /** true or false, not quoted. */
  boolean(key: string): boolean | undefined {
    const field = this.field(key);
    if (field === undefined) return undefined;
    const value = field.node.type === 'scalar' ? field.node.value : undefined;
    if (typeof value === 'boolean') return value;
    wrongType(field, 'true or false, without quotes', this.#report);
    return undefined;
  }

  /** A whole number from 1 to `max`. */
  count(key: string, max: number): number | undefined {
    const field = this.field(key);
    if (field === undefined) return undefined;
    const value = field.node.type === 'scalar' ? field.node.value : undefined;
    if (typeof value !== 'number') wrongType(field, 'a number, without quotes', this.#report);
    else if (Number.isInteger(value) && value >= 1 && value <= max) return value;
    else this.#report.add('value-range', field, `must be a whole number from 1 to ${max}`);
    return undefined;
  }

  /** An object. */
  object(key: string): Field<ObjectNode> | undefined {
    const field = this.field(key);
    if (field === undefined) return undefined;
    if (isObject(field)) return field;
    wrongType(field, 'an object', this.#report);
    return undefined;
  }

  /** A list. */
  list(key: string): Field<ArrayNode> | undefined {
    const field = this.field(key);
    if (field === undefined) return undefined;
    if (isArray(field)) return field;
    wrongType(field, 'a list', this.#report);
    return undefined;
  }
}

/** The most keys that a message lists. */
const MAX_LISTED = 8;

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  const few = known.length > MAX_LISTED ? 'remove it' : `use ${listing(known, 'or')}`;
  const remedy = meant === undefined ? few : `did you mean ${meant}`;
  return `is not a known key; ${remedy}`;
}
