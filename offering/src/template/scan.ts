import type { Json } from '../json.js';

/** A piece of a string: text as it will be (each `$${` a `${` again), or the code of an expression. */
export type TemplatePart =
  | { type: 'text'; text: string }
  | { type: 'expression'; code: string; /** Where the code stands in the string. */ offset: number };

/** The pieces of one string, or why it can't be read. */
export type TemplateScan = { ok: true; parts: TemplatePart[] } | { ok: false; problem: 'unclosed' | 'empty' };

/**
 * Finds `${ … }` in a string (design section 2). `$${` is a literal `${`. An expression ends at its own brace: braces
 * may be nested in it, and stand in its quoted strings and comments. What it says is not judged here.
 */
export function scanTemplate(text: string): TemplateScan {
  const parts: TemplatePart[] = [];
  let from = 0;
  for (let start = opening(text, 0); start >= 0; start = opening(text, from)) {
    const end = closingBrace(text, start + 2);
    if (end === undefined) return { ok: false, problem: 'unclosed' };
    const inside = text.slice(start + 2, end);
    if (inside.trim() === '') return { ok: false, problem: 'empty' };
    addText(parts, text.slice(from, start));
    const indent = inside.length - inside.trimStart().length;
    parts.push({ type: 'expression', code: inside.trim(), offset: start + 2 + indent });
    from = end + 1;
  }
  addText(parts, text.slice(from));
  return { ok: true, parts };
}

/** Whether any string in a value, at any depth, holds an expression. Keys are not looked at. */
export function hasExpression(value: Json | undefined): boolean {
  if (typeof value === 'string') return opening(value, 0) >= 0;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasExpression);
}

/** A value with each `$${` of its strings turned into the `${` that it stands for. Nothing is changed in place. */
export function unescapeLiterals<Value extends Json>(value: Value): Value;
export function unescapeLiterals(value: Json): Json {
  if (typeof value === 'string') return unescaped(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => unescapeLiterals(item));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unescapeLiterals(item)]));
}

function addText(parts: TemplatePart[], text: string): void {
  if (text !== '') parts.push({ type: 'text', text: unescaped(text) });
}

function unescaped(text: string): string {
  // Hardly any text holds one.
  return text.includes('$${') ? text.replaceAll('$${', '${') : text;
}

/** The next `${` that no `$` stands before. */
function opening(text: string, from: number): number {
  let start = text.indexOf('${', from);
  while (start > 0 && text[start - 1] === '$') start = text.indexOf('${', start + 2);
  return start;
}

function closingBrace(text: string, start: number): number | undefined {
  let depth = 0;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"' || character === "'") {
      const end = endOfString(text, index);
      if (end === undefined) return undefined;
      index = end;
    } else if (text.startsWith('//', index)) {
      const end = text.indexOf('\n', index);
      if (end < 0) return undefined;
      index = end;
    } else if (character === '{') depth += 1;
    else if (character === '}') {
      if (depth === 0) return index;
      depth -= 1;
    }
  }
  return undefined;
}

/** Where a string of CEL ends: in one quote or in three, with backslash escapes unless it is raw (`r"\"`). */
function endOfString(text: string, start: number): number | undefined {
  const character = text.charAt(start);
  const mark = text.startsWith(character.repeat(3), start) ? character.repeat(3) : character;
  const isRaw = /(?<!\w)(?:[rR]|[bB][rR]|[rR][bB])$/.test(text.slice(Math.max(0, start - 3), start));
  for (let index = start + mark.length; index < text.length; index += 1) {
    if (text.startsWith(mark, index)) return index + mark.length - 1;
    if (text[index] === '\\' && !isRaw) index += 1;
  }
  return undefined;
}
