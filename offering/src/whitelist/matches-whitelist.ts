/**
 * Whether a whitelist lets a Kubernetes namespace in. `*` stands for any characters, also none; `cf:` entries are
 * about Cloud Foundry and let no namespace in. No namespace, the empty text, is never let in.
 */
export function matchesWhitelist(whitelist: readonly string[], namespace: string): boolean {
  return (
    namespace !== '' && whitelist.some((entry) => !entry.startsWith('cf:') && matchesGlob(entry, namespace))
  );
}

/** By hand and greedy from the left, since a regular expression with many `.*` can take exponential time. */
function matchesGlob(glob: string, text: string): boolean {
  const [start = '', ...rest] = glob.split('*');
  const end = rest.pop();
  if (end === undefined) return glob === text;
  if (text.length < start.length + end.length || !text.startsWith(start) || !text.endsWith(end)) return false;
  let from = start.length;
  for (const part of rest) {
    const found = text.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return from <= text.length - end.length;
}
