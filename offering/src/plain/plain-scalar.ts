/** A scalar of JSON. */
export type PlainScalar = string | number | boolean | null;

/** The longest word below. */
const LONGEST_WORD = 5;

/** What some YAML, 1.1 or 1.2, takes for something else than a text, in any letter case. */
const WORD = /^(?:null|true|false|yes|no|y|n|on|off)$/i;

/** The numbers that every YAML and JSON write alike; more digits are not kept exactly. */
const NUMBER = /^(?:0|-?[1-9]\d{0,14}|-?(?:0|[1-9]\d{0,5})\.\d{1,6})$/;

/** Whatever some YAML might take for a number: other bases, exponents, `1_000`, and `1:30`, which is 90. */
const NUMBER_OF_SOME_KIND =
  /^[-+]?(?:0x[\da-f_]*|0o[0-7_]*|0b[01_]*|[\d_,]*\.?[\d_]*(?:e[-+]?\d*)?|[\d_]+(?::[\d_]+)+(?:\.[\d_]*)?)$/i;

/**
 * What an unquoted text is to YAML 1.1 and to the core schema of YAML 1.2 alike; undefined when they differ, or might.
 * The API server and kubectl read the former (sigs.k8s.io/yaml), a payload is the latter.
 * @param text not empty, without blanks at its ends
 */
export function plainScalar(text: string): PlainScalar | undefined {
  if (text.length <= LONGEST_WORD && WORD.test(text)) return WORDS.get(text);
  if (!/^[-+.\d]/.test(text)) return text;
  if (NUMBER.test(text)) return Number(text);
  return NUMBER_OF_SOME_KIND.test(text) ? undefined : text;
}

const WORDS = new Map<string, PlainScalar>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** A quoted text, and the offset behind its closing quote. */
export interface Quoted {
  value: string;
  end: number;
}

/**
 * Reads a quoted text of one line. Undefined when it is not closed, or has escapes that JSON does not have.
 * @param start the offset of the opening quote, one or two strokes
 */
export function quotedScalar(line: string, start: number): Quoted | undefined {
  return line[start] === "'" ? singleQuoted(line, start) : doubleQuoted(line, start);
}

function singleQuoted(line: string, start: number): Quoted | undefined {
  let end = line.indexOf("'", start + 1);
  while (end >= 0 && line[end + 1] === "'") end = line.indexOf("'", end + 2);
  if (end < 0) return undefined;
  return { value: line.slice(start + 1, end).replaceAll("''", "'"), end: end + 1 };
}

function doubleQuoted(line: string, start: number): Quoted | undefined {
  let end = line.indexOf('"', start + 1);
  if (end < 0) return undefined;
  const escape = line.indexOf('\\', start + 1);
  if (escape < 0 || escape > end) return { value: line.slice(start + 1, end), end: end + 1 };
  for (end = escape; line[end] !== '"'; end += 1) {
    if (line[end] === '\\' && !ESCAPED.includes(line[(end += 1)] ?? '?')) return undefined;
    if (end >= line.length) return undefined;
  }
  return { value: JSON.parse(line.slice(start, end + 1)) as string, end: end + 1 };
}

/** What may stand behind a backslash and means the same in JSON and in YAML. */
const ESCAPED = '"\\/bfnrt';
