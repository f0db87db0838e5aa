import { RE2JS } from '@bufbuild/re2';

/** A regular expression of RE2, which takes time in proportion to the text whatever the expression. */
export interface Pattern {
  readonly source: string;
  /** What compiling costs, in the engine's units of work. */
  readonly work: number;
  /** What matching costs for a character. */
  readonly workPerCharacter: number;
  /** Whether it is found anywhere in the text. */
  test(text: string): boolean;
}

/** Longer expressions are slips, or attacks. */
const MAX_SOURCE = 1_000;

/**
 * Compiles a regular expression as CEL has them (RE2: no look-around, no back references).
 * @returns undefined when it is none
 */
export function compilePattern(source: string): Pattern | undefined {
  if (source.length > MAX_SOURCE) return undefined;
  const copies = copiesOf(source);
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(source);
  } catch {
    return undefined;
  }
  return {
    source,
    work: 1_000 + 400 * copies,
    workPerCharacter: 40 + 2 * copies,
    test: (text) => compiled.test(text),
  };
}

/** RE2 writes out counted repetitions: `(a{1,30}){1,30}` has 900 copies of its middle, and each costs time. */
function copiesOf(source: string): number {
  const counts = [...source.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].map(([, least = '', most = '']) =>
    Math.max(1, Number(most === '' ? least : most)),
  );
  return counts.reduce((product, count) => Math.min(product * count, 1_000), 1);
}
