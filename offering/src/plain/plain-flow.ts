import {
  arrayNode,
  objectNode,
  scalarNode,
  type Member,
  type PayloadNode,
  type ScalarNode,
} from '../payload-node.js';
import type { Position } from '../position.js';
import type { Report } from '../report.js';
import { MAX_DEPTH } from '../limits.js';
import { plainScalar, quotedScalar, type PlainScalar } from './plain-scalar.js';
import { PLAIN_PATH } from './plain-path.js';

/** A line of YAML, and where in the text it is. */
export interface Line {
  text: string;
  /** Counted from 1. */
  number: number;
}

/** A value that was read, and the offset in the line behind it. */
export interface Read<Node extends PayloadNode = PayloadNode> {
  node: Node;
  end: number;
}

/** An unquoted text between brackets. What may mean something there is left out, but for `:` in the middle of a word. */
const PLAIN = /[A-Za-z0-9_$/](?:[\w.$/*@=+%-]|:(?=[\w/]))*/y;

/** A key between braces, without quotes. */
const KEY = /[A-Za-z_$/][\w.$/-]*/y;

/**
 * Reads lists and objects between brackets and braces, of one line: `[a, "b"]`, `{ url: "https://…" }`. What is not of
 * the simplest gives undefined. {@link readPlainYaml} says why.
 */
export class PlainFlow {
  readonly #line: Line;
  readonly #report: Report;
  #at: number;

  /** @param start the offset of the opening bracket or brace */
  constructor(line: Line, start: number, report: Report) {
    this.#line = line;
    this.#at = start;
    this.#report = report;
  }

  /** @param depth how many lists and objects are around it */
  read(depth: number): Read | undefined {
    const node = this.#value(depth);
    return node === undefined ? undefined : { node, end: this.#at };
  }

  #value(depth: number): PayloadNode | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const { text } = this.#line;
    const position = this.#position();
    const first = text[this.#at];
    if (first === '[') return this.#list(position, depth);
    if (first === '{') return this.#object(position, depth);
    if (first === '"' || first === "'") {
      const value = this.#quoted();
      return value === undefined ? undefined : this.#scalar(value, position);
    }
    const word = this.#match(PLAIN);
    const value = word === '' ? undefined : plainScalar(word);
    return value === undefined ? undefined : this.#scalar(value, position, word);
  }

  #list(position: Position, depth: number): PayloadNode | undefined {
    const items: PayloadNode[] = [];
    this.#skip();
    if (this.#closes(']')) return arrayNode(items, position);
    do {
      const item = this.#value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
    } while (this.#comma());
    return this.#closes(']') ? arrayNode(items, position) : undefined;
  }

  #object(position: Position, depth: number): PayloadNode | undefined {
    const members: Member[] = [];
    this.#skip();
    const place = { path: PLAIN_PATH, position };
    if (this.#closes('}')) return objectNode(members, place, this.#report);
    do {
      const member = this.#member(depth);
      if (member === undefined) return undefined;
      members.push(member);
    } while (this.#comma());
    return this.#closes('}') ? objectNode(members, place, this.#report) : undefined;
  }

  #member(depth: number): Member | undefined {
    const position = this.#position();
    const { text } = this.#line;
    const isQuoted = text[this.#at] === '"' || text[this.#at] === "'";
    const key = isQuoted ? this.#quoted() : this.#match(KEY);
    if (key === undefined || (!isQuoted && (key === '' || typeof plainScalar(key) !== 'string')))
      return undefined;
    if (text[this.#at] !== ':' || (!isQuoted && text[this.#at + 1] !== ' ')) return undefined;
    this.#skip();
    const value = this.#value(depth + 1);
    return value === undefined ? undefined : { key, position, value };
  }

  #scalar(value: PlainScalar, position: Position, source = ''): ScalarNode {
    return scalarNode(value, source, { path: PLAIN_PATH, position }, this.#report);
  }

  #quoted(): string | undefined {
    const quoted = quotedScalar(this.#line.text, this.#at);
    if (quoted !== undefined) this.#at = quoted.end;
    return quoted?.value;
  }

  /** What is there, or the empty text. */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ''] = pattern.exec(this.#line.text) ?? [];
    this.#at += found.length;
    return found;
  }

  /** Goes behind a character and the blanks that follow it. */
  #skip(): void {
    do this.#at += 1;
    while (this.#line.text[this.#at] === ' ');
  }

  #blanks(): void {
    while (this.#line.text[this.#at] === ' ') this.#at += 1;
  }

  #comma(): boolean {
    this.#blanks();
    if (this.#line.text[this.#at] !== ',') return false;
    this.#skip();
    return true;
  }

  #closes(bracket: string): boolean {
    this.#blanks();
    if (this.#line.text[this.#at] !== bracket) return false;
    this.#at += 1;
    return true;
  }

  #position(): Position {
    return { line: this.#line.number, column: this.#at + 1 };
  }
}
