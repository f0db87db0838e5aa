/** A flag of a command, as far as completion needs it. */
export interface FlagShape {
  type: 'boolean' | 'option';
  char?: string;
  summary?: string;
  options?: readonly string[];
  allowNo?: boolean;
}

/** What the word under the cursor is to become. */
export type Wanted =
  /** A flag; `prefix` is what is there of it. */
  | { kind: 'flag'; prefix: string }
  /** The value of a flag. */
  | { kind: 'value'; flag: string; prefix: string }
  /** The argument at a position; behind `--` it is none of the command's own. */
  | { kind: 'argument'; position: number; prefix: string }
  | { kind: 'foreign' };

/** A command line up to the cursor. */
export interface TypedWords {
  wanted: Wanted;
  /** The arguments before the cursor. */
  args: string[];
  /** The values of flags before the cursor, by the flag's long name; `true` of one without. */
  values: Record<string, string[]>;
}

/**
 * Reads what was typed behind a command's name. Pure.
 * @param words the last one is the one under the cursor, empty when nothing is there yet
 */
export function readTypedWords(
  words: readonly string[],
  flags: Readonly<Record<string, FlagShape>>,
): TypedWords {
  const args: string[] = [];
  const values: Record<string, string[]> = {};
  const before = words.slice(0, -1);
  const prefix = words.at(-1) ?? '';
  if (before.includes('--')) return { wanted: { kind: 'foreign' }, args, values };
  let open: string | undefined;
  for (const word of before) {
    if (open !== undefined) {
      (values[open] ??= []).push(word);
      open = undefined;
      continue;
    }
    const { name, value } = splitFlag(word, flags);
    if (name === undefined) {
      if (!word.startsWith('-')) args.push(word);
    } else if (value !== undefined) (values[name] ??= []).push(value);
    else if (flags[name]?.type === 'option') open = name;
    else values[name] = ['true'];
  }
  return { wanted: wantedAt(prefix, open, { flags, position: args.length }), args, values };
}

function wantedAt(
  prefix: string,
  open: string | undefined,
  { flags, position }: { flags: Readonly<Record<string, FlagShape>>; position: number },
): Wanted {
  if (open !== undefined) return { kind: 'value', flag: open, prefix };
  const { name, value } = splitFlag(prefix, flags);
  if (name !== undefined && value !== undefined) return { kind: 'value', flag: name, prefix: value };
  return prefix.startsWith('-') ? { kind: 'flag', prefix } : { kind: 'argument', position, prefix };
}

/** `--name=value`, `--name`, `-n`, `-nvalue` and `-n=value` of a known flag. */
function splitFlag(
  word: string,
  flags: Readonly<Record<string, FlagShape>>,
): { name: string | undefined; value?: string } {
  const [, long, given] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
  if (long !== undefined) {
    if (!Object.hasOwn(flags, long)) return { name: undefined };
    return given === undefined ? { name: long } : { name: long, value: given };
  }
  const [, letter, rest] = /^-([a-zA-Z])(.*)$/s.exec(word) ?? [];
  const name = Object.keys(flags).find((each) => letter !== undefined && flags[each]?.char === letter);
  if (name === undefined || rest === undefined || rest === '' || flags[name]?.type === 'boolean')
    return { name };
  return { name, value: rest.replace(/^=/, '') };
}
