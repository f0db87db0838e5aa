/** The object without these optional fields. */
export function withoutFields<Value extends object>(
  value: Value,
  ...fields: (keyof Value & string)[]
): Value {
  const left = Object.entries(value).filter(([field]) => !fields.some((name) => name === field));
  return Object.fromEntries(left) as Value;
}
