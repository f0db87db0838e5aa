import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  parseDocument,
  type Document,
  type Node,
  type Pair,
} from 'yaml';
import { MAX_DEPTH, MAX_PAYLOAD, MAX_TOKENS, tooDeep, tooManyTokens } from './limits.js';
import { childPath, type Path } from './path.js';
import {
  arrayNode,
  objectNode,
  scalarNode,
  type Member,
  type ObjectNode,
  type PayloadNode,
} from './payload-node.js';
import { readPlainYaml } from './plain/plain-yaml.js';
import { at, positions, type Position } from './position.js';
import type { Report } from './report.js';
import type { RuleName } from './rules.js';

/**
 * Reads one document of YAML 1.2 with the core schema, in which `yes`, `on` and dates are strings. Merge keys (`<<`)
 * are followed, since they are in wide use. What is wrong is noted in the report; then the result may be undefined.
 */
export function readYaml(text: string, path: Path, report: Report): PayloadNode | undefined {
  const plain = readPlainYaml(text, mostNodes(text));
  return plain !== undefined && plain.extent.height <= MAX_DEPTH ? plain : readAnyYaml(text, path, report);
}

/**
 * So many nodes are within the limits for certain, which are on tokens of the parser that is not asked: a node has marks,
 * blanks and its key, a line an indentation and a comment. Negative for a text that has too many lines for that.
 */
export function mostNodes(text: string): number {
  if (isShort(text)) return Infinity;
  let lines = 1;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) lines += 1;
  return Math.floor((MAX_TOKENS - 4 * lines) / 12);
}

/** A token is a character at least, or a mark in front of one. */
function isShort(text: string): boolean {
  return text.length < MAX_TOKENS / 4;
}

/** Reads whatever YAML there is, and says what is wrong. */
export function readAnyYaml(text: string, path: Path, report: Report): PayloadNode | undefined {
  if (!isBounded(text)) {
    report.add('payload-size', { path }, tooManyTokens());
    return undefined;
  }
  const positionOf = positions(text);
  const document = parse(text);
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const position = positionOf(problem.pos[0]);
    const [rule, message] = describe(problem.code, position);
    report.add(rule, { path, position }, message);
    return undefined;
  }
  return new Converter(positionOf, report).convert(document.contents, { path, depth: 0, offset: 0 });
}

/** The parser's time grows with the tokens, and its memory much faster than the text. */
function isBounded(text: string): boolean {
  if (isShort(text)) return true;
  let tokens = 0;
  for (const token of new Lexer().lex(text)) {
    tokens += token === '' ? 0 : 1;
    if (tokens > MAX_TOKENS) return false;
  }
  return true;
}

function parse(text: string): Document {
  return parseDocument(text, {
    schema: 'core',
    version: '1.2',
    stringKeys: true,
    resolveKnownTags: false,
    // Its check compares each key with each other; ours does not.
    uniqueKeys: false,
    // Its pretty errors quote the text, which may hold credentials.
    prettyErrors: false,
    // 'silent' would hide a second document too; nothing is logged in either case.
    logLevel: 'error',
  });
}

/** Sentences of our own, since the parser's quote the text. */
function describe(code: string, position: Position): [RuleName, string] {
  switch (code) {
    case 'MULTIPLE_DOCS':
      return [
        'payload-documents',
        `holds a second document${at(position)}; put each in a ConfigMap of its own`,
      ];
    case 'TAG_RESOLVE_FAILED':
      return ['payload-tag', `has a tag${at(position)} that YAML's core schema does not know; remove it`];
    case 'RESOURCE_EXHAUSTION':
      return ['payload-depth', tooDeep(position)];
    default:
      return ['payload-syntax', `is not YAML${at(position)}: ${SENTENCES[code] ?? 'correct it there'}`];
  }
}

const SENTENCES: Readonly<Record<string, string>> = {
  BAD_DIRECTIVE: 'a % directive is wrong; remove it',
  BAD_DQ_ESCAPE: 'an escape in a double-quoted string is unknown; write \\\\ for a backslash',
  BAD_INDENT: 'the indentation does not fit; indent all parts of an object or list alike',
  BAD_SCALAR_START: 'a text begins with a reserved sign; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'an object begins in the middle of a line; put text that holds ": " in quotes',
  MISSING_CHAR: 'a quote, bracket, brace, colon or comma is missing',
  MULTILINE_IMPLICIT_KEY: 'a key stretches over several lines; look for a missing colon or quote',
  NON_STRING_KEY: 'a key is not a string; put it in quotes',
  TAB_AS_INDENT: 'tabs are used for indentation; use spaces',
  UNEXPECTED_TOKEN: 'something follows where nothing can; look for a missing quote or line break',
};

interface Context {
  path: Path;
  depth: number;
  /** Where a node that has no text of its own, an empty value, stands. */
  offset: number;
}

/** Turns the parser's tree into ours. Aliases are followed by sharing nodes, so that no expansion takes memory. */
class Converter {
  readonly #anchors = new Map<string, PayloadNode>();
  readonly #positionOf: (offset: number) => Position;
  readonly #report: Report;

  constructor(positionOf: (offset: number) => Position, report: Report) {
    this.#positionOf = positionOf;
    this.#report = report;
  }

  /** The node; undefined when it is not there, once that is noted. */
  convert(node: unknown, context: Context): PayloadNode | undefined {
    const { path, depth } = context;
    const offset = rangeOf(node)?.[0] ?? context.offset;
    const position = this.#positionOf(offset);
    if (depth > MAX_DEPTH) {
      this.#report.add('payload-depth', { path, position }, tooDeep(position));
      return undefined;
    }
    if (isAlias(node)) return this.#alias(node.source, path, position);
    const converted = this.#own(node, { path, depth, offset }, position);
    if (
      converted !== undefined &&
      (isMap(node) || isSeq(node) || isScalar(node)) &&
      node.anchor !== undefined
    ) {
      this.#anchors.set(node.anchor, converted);
    }
    return converted === undefined ? undefined : this.#bounded(converted, depth, path);
  }

  #own(node: unknown, context: Context, position: Position): PayloadNode | undefined {
    const { path, depth, offset } = context;
    if (isSeq(node)) {
      const items = node.items.map((item, index) =>
        this.convert(item, { path: childPath(path, index), depth: depth + 1, offset }),
      );
      return arrayNode(items.filter(isPresent), position);
    }
    if (isMap(node)) return this.#map(node.items, context, position);
    if (!isScalar(node)) return scalarNode(null, '', { path, position }, this.#report);
    const { value } = node;
    const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    return scalarNode(known ? value : null, node.source ?? '', { path, position }, this.#report);
  }

  #map(pairs: readonly Pair[], context: Context, position: Position): ObjectNode {
    const members: Member[] = [];
    let merged: PayloadNode | undefined;
    for (const { key, value } of pairs) {
      const offset = rangeOf(key)?.[0] ?? context.offset;
      const name = isScalar<string>(key) ? key.value : '';
      const child = { path: childPath(context.path, name), depth: context.depth + 1, offset };
      const node = this.convert(value, child);
      if (node === undefined) continue;
      if (merged === undefined && isScalar(key) && key.type === 'PLAIN' && name === '<<') merged = node;
      else members.push({ key: name, position: this.#positionOf(offset), value: node });
    }
    if (merged !== undefined) this.#merge(merged, members, context.path);
    return objectNode(members, { path: context.path, position }, this.#report);
  }

  /** A merge key adds what the object does not have itself; of several objects, the first that has a key gives it. */
  #merge(node: PayloadNode, members: Member[], path: Path): void {
    const own = new Set(members.map(({ key }) => key));
    for (const source of node.type === 'array' ? node.items : [node]) {
      if (source.type !== 'object') {
        const place = { path: childPath(path, '<<'), position: node.position };
        this.#report.add('value-type', place, 'must name an object, or a list of objects, to be merged');
        return;
      }
      for (const member of source.members) {
        if (own.has(member.key)) continue;
        own.add(member.key);
        members.push(member);
      }
    }
  }

  #alias(name: string, path: Path, position: Position): PayloadNode | undefined {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      const message = `uses an alias${at(position)} whose anchor is not complete before it; define the anchor first`;
      this.#report.add('payload-alias', { path, position }, message);
    }
    return target;
  }

  /** Aliases of aliases multiply: what they stand for is held to the limits of a payload without any. */
  #bounded(node: PayloadNode, depth: number, path: Path): PayloadNode | undefined {
    const { position, extent } = node;
    if (extent.length > MAX_PAYLOAD || extent.count > MAX_TOKENS) {
      const message = `grows too large by its aliases${at(position)}; write out fewer repetitions`;
      this.#report.add('payload-size', { path, position }, message);
    } else if (depth + extent.height > MAX_DEPTH) {
      this.#report.add('payload-depth', { path, position }, tooDeep(position));
    } else return node;
    return undefined;
  }
}

function rangeOf(node: unknown): Node['range'] | undefined {
  return isAlias(node) || isMap(node) || isSeq(node) || isScalar(node) ? node.range : undefined;
}

function isPresent<Value>(value: Value | undefined): value is Value {
  return value !== undefined;
}
