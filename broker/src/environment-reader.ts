/** The environment of the process, as `main.ts` hands it over. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a text variable must look like; `rule` ends the sentence "NAME: …". */
export interface TextRule {
  pattern: RegExp;
  rule: string;
  fallback?: string;
}

/** The range of a number, and what it is when it is not set. */
export interface NumberRule {
  least: number;
  most: number;
  fallback: number;
  /** What the number is, `a port number`; default: a whole number. */
  noun?: string;
}

/**
 * Reads variables and collects what is wrong with them, so that all of it can be mended at once. Problems never quote a
 * value, because some of them are secret. A variable that is set to nothing counts as not set.
 */
export class EnvironmentReader {
  /** One sentence for each bad variable, which it begins with. */
  readonly problems: string[] = [];
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** The value as it is, if it is set. */
  raw(name: string): string | undefined {
    const value = this.#environment[name];
    return value === '' ? undefined : value;
  }

  /** A value that may be absent. */
  optional(name: string, { pattern, rule }: TextRule): string | undefined {
    const value = this.raw(name);
    if (value !== undefined && !pattern.test(value)) this.problem(name, rule);
    return value;
  }

  /** A value that must be there, unless the rule has a fallback. '' when it is bad. */
  text(name: string, rule: TextRule): string {
    const value = this.optional(name, rule) ?? rule.fallback;
    if (value === undefined) this.problem(name, `is required; ${rule.rule}`);
    return value ?? '';
  }

  /** One of several words, the first when it is not set. */
  choice<Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word {
    const value = this.raw(name);
    const chosen = words.find((word) => word === value);
    if (value !== undefined && chosen === undefined) this.problem(name, `must be one of ${words.join(', ')}`);
    return chosen ?? words[0];
  }

  /** A whole number. */
  integer(name: string, { least, most, fallback, noun = 'a whole number' }: NumberRule): number {
    const value = this.raw(name);
    if (value === undefined) return fallback;
    const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
    if (number >= least && number <= most) return number;
    this.problem(name, `must be ${noun} from ${least} to ${most}`);
    return fallback;
  }

  /** Values separated by commas, blanks around them dropped; none when it is not set. */
  list(name: string, { pattern, rule }: TextRule): string[] {
    const items = (this.raw(name) ?? '').split(',').map((item) => item.trim());
    if (items.length === 1 && items[0] === '') return [];
    if (!items.every((item) => pattern.test(item))) this.problem(name, rule);
    return items;
  }

  problem(name: string, sentence: string): void {
    this.problems.push(`${name}: ${sentence}`);
  }
}
