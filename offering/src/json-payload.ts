import { createScanner, parseTree, type Node, type ParseError } from 'jsonc-parser';
import { MAX_DEPTH, MAX_TOKENS, tooDeep, tooManyTokens } from './limits.js';
import { childPath, type Path } from './path.js';
import { arrayNode, objectNode, scalarNode, type Member, type PayloadNode } from './payload-node.js';
import { readPlainJson } from './plain/plain-json.js';
import { at, positions, type Position } from './position.js';
import type { Report } from './report.js';

/** Reads strict JSON (RFC 8259). What is wrong is noted in the report; then the result may be undefined. */
export function readJson(text: string, path: Path, report: Report): PayloadNode | undefined {
  return readPlainJson(text, MAX_TOKENS) ?? readAnyJson(text, path, report);
}

/** Says what is wrong, where something is. */
export function readAnyJson(text: string, path: Path, report: Report): PayloadNode | undefined {
  const positionOf = positions(text);
  if (!isBounded(text, path, positionOf, report)) return undefined;
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (root === undefined || first !== undefined) {
    const position = positionOf(first?.offset ?? 0);
    const problem = first === undefined ? 'write a value there' : describe(first);
    report.add('payload-syntax', { path, position }, `is not JSON${at(position)}: ${problem}`);
    return undefined;
  }
  return convert(root, path, { text, positionOf, report });
}

/** Both the parser and {@link convert} recurse, so depth and length are checked on the bare tokens first. */
function isBounded(
  text: string,
  path: Path,
  positionOf: (offset: number) => Position,
  report: Report,
): boolean {
  if (isSmall(text)) return true;
  const scanner = createScanner(text, true);
  let depth = 0;
  let tokens = 0;
  for (let token: number = scanner.scan(); token !== TOKEN.end; token = scanner.scan()) {
    tokens += 1;
    if (token === TOKEN.openBrace || token === TOKEN.openBracket) depth += 1;
    if (token === TOKEN.closeBrace || token === TOKEN.closeBracket) depth -= 1;
    if (depth > MAX_DEPTH || tokens > MAX_TOKENS) {
      const position = positionOf(scanner.getTokenOffset());
      if (depth > MAX_DEPTH) report.add('payload-depth', { path, position }, tooDeep(position));
      else report.add('payload-size', { path, position }, tooManyTokens());
      return false;
    }
  }
  return true;
}

/** A token is a character at least, and most texts have fewer brackets than may be nested. */
function isSmall(text: string): boolean {
  return text.length <= MAX_TOKENS && (text.match(/[[{]/g) ?? []).length <= MAX_DEPTH;
}

/** Members of jsonc-parser's SyntaxKind: a const enum, which a module that is compiled by itself can't read. */
const TOKEN = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, end: 17 } as const;

interface Source {
  text: string;
  positionOf: (offset: number) => Position;
  report: Report;
}

function convert(node: Node, path: Path, source: Source): PayloadNode {
  const position = source.positionOf(node.offset);
  const children = node.children ?? [];
  if (node.type === 'array') {
    return arrayNode(
      children.map((child, index) => convert(child, childPath(path, index), source)),
      position,
    );
  }
  if (node.type === 'object') {
    return objectNode(
      children.flatMap((child) => member(child, path, source)),
      { path, position },
      source.report,
    );
  }
  const written = source.text.slice(node.offset, node.offset + node.length);
  return scalarNode(scalar(node.value), written, { path, position }, source.report);
}

function member(property: Node, path: Path, source: Source): Member[] {
  const [key, value] = property.children ?? [];
  if (key === undefined || value === undefined) return [];
  const name = String(key.value);
  return [
    {
      key: name,
      position: source.positionOf(key.offset),
      value: convert(value, childPath(path, name), source),
    },
  ];
}

function scalar(value: unknown): string | number | boolean | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** The sentences say what to do, never what the text holds: it may be a credential. */
function describe({ error }: ParseError): string {
  return SENTENCES[error] ?? 'correct it there';
}

/** By jsonc-parser's ParseErrorCode, a const enum too. */
const SENTENCES: Readonly<Record<number, string>> = {
  1: 'write true, false or null there, or put the text in double quotes',
  2: 'write the number without leading zeros or letters',
  3: 'write a key in double quotes there',
  4: 'write a value there',
  5: 'write a colon there',
  6: 'write a comma there',
  7: 'close the object with a brace there',
  8: 'close the list with a bracket there',
  9: 'remove what follows the end of the object',
  10: 'remove the comment, since JSON has none',
  11: 'remove the comment, since JSON has none',
  12: 'end the string with a double quote on the same line',
  13: 'complete the number',
  14: 'write four hexadecimal digits after \\u',
  15: 'write \\\\ for a backslash',
  16: 'write line breaks and other control characters in a string as escapes, such as \\n',
};
