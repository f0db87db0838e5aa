import { usageError } from './plugin-error.js';

/**
 * kubectl's spelling of boolean flags (`--wait=false`, `--yes=true`) in the spelling that oclif reads (`--no-wait`,
 * `--yes`). Anything else, and whatever comes after `--`, stays as it is. `--yes=false` is dropped: it is the default
 * of every flag that has no negative.
 * @param booleans the names of the command's boolean flags
 * @throws PluginError (usage) for any other value of such a flag
 */
export function spellBooleans(argv: readonly string[], booleans: readonly string[]): string[] {
  const end = argv.indexOf('--');
  const flags = end < 0 ? argv : argv.slice(0, end);
  const rest = end < 0 ? [] : argv.slice(end);
  const spelled = flags.flatMap((word) => {
    const { name = '', value } = /^--(?<name>[a-z-]+)=(?<value>.*)$/s.exec(word)?.groups ?? {};
    if (!booleans.includes(name)) return [word];
    if (value !== 'true' && value !== 'false') throw usageError(`--${name} is either true or false`);
    if (value === 'true') return [`--${name}`];
    return name === 'wait' ? [`--no-${name}`] : [];
  });
  return [...spelled, ...rest];
}
