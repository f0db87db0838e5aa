/** The name of a type of CEL; `dyn` for what is known only when it is evaluated. */
export type TypeName = string;

/** The type that fits everything. */
export const DYN: TypeName = 'dyn';

/** Types that stand by their name in an expression, as in `type(x) == int`. */
export const TYPE_NAMES: readonly TypeName[] = [
  ...['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type'],
];

/** The types of what is written out, by the name of its case in the parsed expression. */
export const CONSTANT_TYPES: ReadonlyMap<string | undefined, TypeName> = new Map([
  ['nullValue', 'null_type'],
  ['boolValue', 'bool'],
  ['int64Value', 'int'],
  ['uint64Value', 'uint'],
  ['doubleValue', 'double'],
  ['stringValue', 'string'],
  ['bytesValue', 'bytes'],
]);

/** Whether a value of a type may stand where a type is asked for, as far as is known. */
export function fits(type: TypeName, expected: TypeName): boolean {
  return type === DYN || expected === DYN || type === expected;
}

/** Whether values of a type have items. */
export function hasItems(type: TypeName): boolean {
  return fits(type, 'list') || type === 'map';
}

/** A type as authors know it. */
export function shortName(type: TypeName): string {
  return type.replace(/^google\.protobuf\./, '').toLowerCase();
}

/** A type in a sentence. */
export function article(type: TypeName): string {
  const name = shortName(type);
  return name === 'null_type' ? 'null' : `${/^[aeio]/.test(name) ? 'an' : 'a'} ${name}`;
}
