import type { Json } from './json.js';

/** The expressions of one string, or why it can't be read. */
export type ExpressionScan =
  { ok: true; expressions: string[] } | { ok: false; problem: 'unclosed' | 'empty' };

/**
 * Finds `${ … }` in a string (design section 2). `$${` is a literal `${`. An expression ends at its own brace: braces
 * may be nested in it and stand in its quoted strings. What it says is not judged here.
 */
export function scanExpressions(text: string): ExpressionScan {
  const expressions: string[] = [];
  for (let index = text.indexOf('${'); index >= 0;) {
    if (text[index - 1] === '$') {
      index = text.indexOf('${', index + 2);
      continue;
    }
    const end = closingBrace(text, index + 2);
    if (end === undefined) return { ok: false, problem: 'unclosed' };
    const expression = text.slice(index + 2, end).trim();
    if (expression === '') return { ok: false, problem: 'empty' };
    expressions.push(expression);
    index = text.indexOf('${', end + 1);
  }
  return { ok: true, expressions };
}

/** Whether any string in a value, at any depth, holds an expression. Keys are not looked at. */
export function hasExpression(value: Json | undefined): boolean {
  if (typeof value === 'string') {
    const scan = scanExpressions(value);
    return !scan.ok || scan.expressions.length > 0;
  }
  return typeof value === 'object' && value !== null && Object.values(value).some(hasExpression);
}

/** A value with each `$${` of its strings turned into the `${` that it stands for. Nothing is changed in place. */
export function unescapeLiterals<Value extends Json>(value: Value): Value;
export function unescapeLiterals(value: Json): Json {
  if (typeof value === 'string') return value.replaceAll('$${', '${');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => unescapeLiterals(item));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unescapeLiterals(item)]));
}

/** The names at the root of an expression, such as `consumer` in `consumer.namespace + "-x"`. */
export function rootNames(expression: string): Set<string> {
  const code = expression.replaceAll(QUOTED, '""');
  return new Set(code.match(/(?<![\w.]|\.\s+)[A-Za-z_]\w*/g));
}

/** A string of CEL in single or double quotes, with backslash escapes; to the end when it isn't closed. */
const QUOTED = /"(?:[^"\\]|\\.)*(?:"|$)|'(?:[^'\\]|\\.)*(?:'|$)/gs;

function closingBrace(text: string, start: number): number | undefined {
  let depth = 0;
  let quote: string | undefined;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (quote !== undefined) {
      if (character === '\\') index += 1;
      else if (character === quote) quote = undefined;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      if (depth === 0) return index;
      depth -= 1;
    }
  }
  return undefined;
}
