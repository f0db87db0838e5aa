import { MAX_DEPTH } from '../limits.js';
import { arrayNode, objectNode, scalarNode, type Member, type PayloadNode } from '../payload-node.js';
import type { Position } from '../position.js';
import { Report } from '../report.js';
import { PLAIN_PATH } from './plain-path.js';

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const WORD = /true|false|null/y;

/** A string without escapes. */
// oxlint-disable-next-line no-control-regex -- JSON has these as escapes only
const STRING = /"[^"\\\u0000-\u001f]*"/y;

/**
 * Reads JSON (RFC 8259) that is right, and in which no key comes twice: several times as fast as `jsonc-parser`, and with
 * the same positions. Undefined for all else: then that one says what is wrong.
 * @param maxTokens the most words and marks
 */
export function readPlainJson(text: string, maxTokens: number): PayloadNode | undefined {
  return new PlainJson(text, maxTokens).read();
}

class PlainJson {
  readonly #text: string;
  readonly #report = new Report();
  #left: number;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string, maxTokens: number) {
    this.#text = text;
    this.#left = maxTokens;
  }

  read(): PayloadNode | undefined {
    this.#space();
    const root = this.#value(0);
    this.#space();
    const isAll = this.#at === this.#text.length && this.#left >= 0;
    return isAll && this.#report.violations.length === 0 ? root : undefined;
  }

  #value(depth: number): PayloadNode | undefined {
    if (this.#left < 0) return undefined;
    const position = this.#position();
    switch (this.#text[this.#at]) {
      case '{':
        return depth < MAX_DEPTH ? this.#object(position, depth) : undefined;
      case '[':
        return depth < MAX_DEPTH ? this.#list(position, depth) : undefined;
      case '"': {
        const value = this.#string();
        return value === undefined ? undefined : this.#scalar(value, '', position);
      }
      default:
        return this.#word(position);
    }
  }

  #object(position: Position, depth: number): PayloadNode | undefined {
    const members: Member[] = [];
    this.#mark();
    if (this.#text[this.#at] !== '}') {
      do {
        const member = this.#member(depth);
        if (member === undefined) return undefined;
        members.push(member);
      } while (this.#comma());
    }
    if (this.#text[this.#at] !== '}') return undefined;
    this.#mark();
    return objectNode(members, { path: PLAIN_PATH, position }, this.#report);
  }

  #member(depth: number): Member | undefined {
    const position = this.#position();
    const key = this.#string();
    this.#space();
    if (key === undefined || this.#text[this.#at] !== ':') return undefined;
    this.#mark();
    const value = this.#value(depth + 1);
    return value === undefined ? undefined : { key, position, value };
  }

  #list(position: Position, depth: number): PayloadNode | undefined {
    const items: PayloadNode[] = [];
    this.#mark();
    if (this.#text[this.#at] !== ']') {
      do {
        const item = this.#value(depth + 1);
        if (item === undefined) return undefined;
        items.push(item);
      } while (this.#comma());
    }
    if (this.#text[this.#at] !== ']') return undefined;
    this.#mark();
    return arrayNode(items, position);
  }

  #string(): string | undefined {
    const plain = this.#match(STRING);
    if (plain !== '') return plain.slice(1, -1);
    if (this.#text[this.#at] !== '"') return undefined;
    const start = this.#at;
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1;
    this.#at = end + 1;
    this.#left -= 1;
    try {
      return JSON.parse(this.#text.slice(start, this.#at)) as string;
    } catch {
      return undefined;
    }
  }

  #word(position: Position): PayloadNode | undefined {
    const number = this.#match(NUMBER);
    if (number !== '') return this.#scalar(Number(number), number, position);
    const word = this.#match(WORD);
    return word === '' ? undefined : this.#scalar(JSON.parse(word) as boolean | null, word, position);
  }

  #scalar(value: string | number | boolean | null, source: string, position: Position): PayloadNode {
    return scalarNode(value, source, { path: PLAIN_PATH, position }, this.#report);
  }

  /** The word that is there, or the empty text. */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ''] = pattern.exec(this.#text) ?? [];
    this.#at += found.length;
    if (found !== '') this.#left -= 1;
    return found;
  }

  /** Goes behind a bracket, brace, colon or comma, and the space that follows. */
  #mark(): void {
    this.#at += 1;
    this.#left -= 1;
    this.#space();
  }

  #comma(): boolean {
    this.#space();
    if (this.#text[this.#at] !== ',') return false;
    this.#mark();
    return true;
  }

  #space(): void {
    for (; ; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === 0x0a) {
        this.#line += 1;
        this.#lineStart = this.#at + 1;
      } else if (code !== 0x20 && code !== 0x09 && code !== 0x0d) return;
    }
  }

  #position(): Position {
    return { line: this.#line, column: this.#at - this.#lineStart + 1 };
  }
}
