/**
 * kubectl's spelling of boolean flags (`--wait=false`, `--yes=true`) in the spelling that oclif reads (`--no-wait`,
 * `--yes`). Anything else, and whatever comes after `--`, stays as it is. `--yes=false` is dropped: it is the default
 * of every flag that has no negative.
 * @param booleans the names of the command's boolean flags
 */
export function spellBooleans(argv: readonly string[], booleans: readonly string[]): string[] {
  const end = argv.indexOf('--');
  const flags = end < 0 ? argv : argv.slice(0, end);
  const rest = end < 0 ? [] : argv.slice(end);
  const spelled = flags.flatMap((word) => {
    const { name = '', value } = /^--(?<name>[a-z-]+)=(?<value>true|false)$/.exec(word)?.groups ?? {};
    if (!booleans.includes(name)) return [word];
    if (value === 'true') return [`--${name}`];
    return name === 'wait' ? [`--no-${name}`] : [];
  });
  return [...spelled, ...rest];
}
