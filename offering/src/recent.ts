/** What is kept: so many values, of texts of so many characters at most. */
export interface RecentLimits {
  entries: number;
  length: number;
}

/** The same function, which remembers what it gave for the texts that it was asked for last. The values are shared. */
export function recent<Value>(
  give: (text: string) => Value,
  { entries, length }: RecentLimits,
): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    if (text.length > length) return give(text);
    const found = known.get(text);
    const value = found ?? give(text);
    // What was asked for last stands last, and what stands first goes.
    known.delete(text);
    known.set(text, value);
    if (known.size > entries) known.delete(known.keys().next().value ?? text);
    return value;
  };
}
