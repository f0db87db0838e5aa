import { labelKeyProblem, labelValueProblem } from './label-syntax.js';
import { SelectorError } from './selector-error.js';

/** One condition on one label. `a=b` reads as `a in (b)`, `a!=b` as `a notin (b)`: they mean the same. */
export type LabelRequirement =
  | { readonly key: string; readonly operator: 'In' | 'NotIn'; readonly values: readonly string[] }
  | { readonly key: string; readonly operator: 'Exists' | 'DoesNotExist' };

/** All requirements must hold; the empty selector selects everything. */
export type LabelSelector = readonly LabelRequirement[];

/**
 * Reads the selector grammar of the API (API concepts, "Label selectors"): `a=b`, `a==b`, `a!=b`, `a in (b,c)`,
 * `a notin (b,c)`, `a`, `!a`, joined by commas.
 *
 * @throws SelectorError on anything else, keys and values that no label can have included
 */
export function parseLabelSelector(text: string): LabelSelector {
  const tokens = new Tokens(text);
  const requirements: LabelRequirement[] = [];
  if (tokens.peek() === undefined) return requirements;
  do requirements.push(requirement(tokens));
  while (tokens.skip(','));
  if (tokens.peek() !== undefined) {
    throw tokens.unexpected(
      'join conditions with "," and write each as a=b, a!=b, a in (b,c), a notin (b,c), a or !a',
    );
  }
  return requirements;
}

/** Whether an object with these labels (`metadata.labels`, undefined when it has none) is selected. */
export function matchesLabelSelector(
  selector: LabelSelector,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  return selector.every((requirement) => {
    const value =
      labels !== undefined && Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
    switch (requirement.operator) {
      case 'In':
        return value !== undefined && requirement.values.includes(value);
      case 'NotIn':
        return value === undefined || !requirement.values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
    }
  });
}

function requirement(tokens: Tokens): LabelRequirement {
  if (tokens.skip('!')) return { key: labelKey(tokens), operator: 'DoesNotExist' };
  const key = labelKey(tokens);
  if (tokens.skip('=') || tokens.skip('==')) return { key, operator: 'In', values: [labelValue(tokens)] };
  if (tokens.skip('!=')) return { key, operator: 'NotIn', values: [labelValue(tokens)] };
  if (tokens.skip('in')) return { key, operator: 'In', values: labelValues(tokens) };
  if (tokens.skip('notin')) return { key, operator: 'NotIn', values: labelValues(tokens) };
  return { key, operator: 'Exists' };
}

function labelKey(tokens: Tokens): string {
  const key = tokens.word();
  if (key === undefined) throw tokens.unexpected('write a label key there');
  const problem = labelKeyProblem(key);
  if (problem !== undefined) throw tokens.error(`the label key "${key}" ${problem}`);
  return key;
}

function labelValue(tokens: Tokens): string {
  const value = tokens.word() ?? '';
  const problem = labelValueProblem(value);
  if (problem !== undefined) throw tokens.error(`the label value "${value}" ${problem}`);
  return value;
}

function labelValues(tokens: Tokens): string[] {
  if (!tokens.skip('(')) throw tokens.unexpected('write the values in parentheses, as in "a in (b,c)"');
  const values: string[] = [];
  do values.push(labelValue(tokens));
  while (tokens.skip(','));
  if (!tokens.skip(')')) throw tokens.unexpected('separate values with "," and end them with ")"');
  return values;
}

/** The words and signs of a selector, taken from the left. Signs can't be part of a word; blanks only separate. */
class Tokens {
  readonly #text: string;
  readonly #tokens: readonly string[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = text.match(/==|!=|[=!(),<>]|[^\s=!(),<>]+/g) ?? [];
  }

  peek(): string | undefined {
    return this.#tokens[this.#next];
  }

  skip(token: string): boolean {
    if (this.peek() !== token) return false;
    this.#next += 1;
    return true;
  }

  word(): string | undefined {
    const token = this.peek();
    if (token === undefined || /^[=!(),<>]/.test(token)) return undefined;
    this.#next += 1;
    return token;
  }

  unexpected(remedy: string): SelectorError {
    const token = this.peek();
    const found = token === undefined ? 'ends too early' : `has an unexpected "${token}"`;
    return new SelectorError(`The label selector "${this.#text}" ${found}; ${remedy}.`);
  }

  error(problem: string): SelectorError {
    return new SelectorError(`The label selector "${this.#text}" cannot select anything: ${problem}.`);
  }
}
