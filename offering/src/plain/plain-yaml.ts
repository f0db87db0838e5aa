import { MAX_DEPTH } from '../limits.js';
import { arrayNode, objectNode, scalarNode, type Member, type PayloadNode } from '../payload-node.js';
import type { Position } from '../position.js';
import { Report } from '../report.js';
import { PlainFlow, type Line } from './plain-flow.js';
import { PLAIN_PATH } from './plain-path.js';
import { plainScalar, quotedScalar, type PlainScalar } from './plain-scalar.js';

/** Tabs, other control characters, and what some YAML takes for a line break. */
// oxlint-disable-next-line no-control-regex -- these are what no plain text has
const ODD = /[\u0000-\u0009\u000b-\u001f\u007f\u0085\u2028\u2029\ufeff]/;

/** The end of a key is at most 1,024 characters behind its start (YAML 1.2.2 section 7.4). */
const MAX_KEY = 256;

/** A key and its colon. */
const KEY = /(?:([A-Za-z_$/][\w.$/-]*)|"([^"\\]*)"|'([^']*)'):(?= |$)/y;

/**
 * Reads the YAML that people and their tools write for the most part: objects and lists by indentation, texts of one
 * line, literal blocks, brackets of one line. It is several times as fast as the `yaml` library, and gives what that
 * gives, with the same positions. Undefined for all else, be it wrong or only unusual (anchors, tags, several documents,
 * tabs, empty values, folded texts, words that YAML 1.1 and 1.2 read differently, a key twice, …): then the library has
 * the word. So nothing is refused here, and no sentence about it is needed.
 * @param maxNodes the most lists, objects and scalars; with more, reading ends at once
 */
export function readPlainYaml(text: string, maxNodes = Infinity): PayloadNode | undefined {
  return maxNodes < 1 || ODD.test(text) ? undefined : new PlainYaml(text, maxNodes).read();
}

class PlainYaml {
  readonly #lines: readonly string[];
  readonly #report = new Report();
  /** How many nodes there may still be. */
  #left: number;
  /** The index of the line that is looked at: never blank, never a comment. */
  #at = -1;
  /** Its indentation; -1 behind the last line. */
  #indent = -1;

  constructor(text: string, maxNodes: number) {
    this.#lines = text.split('\n');
    this.#left = maxNodes;
  }

  read(): PayloadNode | undefined {
    this.#count();
    this.#advance(0);
    const root = this.#block(0);
    const isAll = this.#indent < 0 && this.#left >= 0;
    return isAll && this.#report.violations.length === 0 ? root : undefined;
  }

  #line(): string {
    return this.#lines[this.#at] ?? '';
  }

  /** Goes to the first line from an index on that says something. */
  #advance(from: number): void {
    for (let at = from; at < this.#lines.length; at += 1) {
      const line = this.#lines[at] ?? '';
      const indent = indentOf(line);
      if (indent === line.length || line[indent] === '#') continue;
      this.#at = at;
      this.#indent = indent;
      return;
    }
    this.#at = this.#lines.length;
    this.#indent = -1;
  }

  #block(depth: number): PayloadNode | undefined {
    if (this.#indent < 0 || depth > MAX_DEPTH) return undefined;
    return this.#isItem() ? this.#list(this.#indent, depth) : this.#object(this.#indent, depth);
  }

  #isItem(): boolean {
    return this.#line().startsWith('- ', this.#indent);
  }

  /** @param column where its keys begin; the first may stand behind the dash of an item */
  #object(column: number, depth: number): PayloadNode | undefined {
    const position = this.#position(column);
    const members: Member[] = [];
    do {
      const member = this.#member(column, depth);
      if (member === undefined) return undefined;
      members.push(member);
    } while (this.#indent === column && !this.#isItem());
    if (this.#indent > column) return undefined;
    return objectNode(members, { path: PLAIN_PATH, position }, this.#report);
  }

  #member(column: number, depth: number): Member | undefined {
    const position = this.#position(column);
    const line = this.#line();
    const found = keyAt(line, column);
    if (found === undefined || !this.#count()) return undefined;
    const start = found.end + indentOf(line, found.end);
    const value =
      start === line.length || line[start] === '#'
        ? this.#below(column, depth + 1)
        : this.#inline(start, column, depth + 1);
    return value === undefined ? undefined : { key: found.key, position, value };
  }

  /** The value of a key that stands in the lines below it. */
  #below(column: number, depth: number): PayloadNode | undefined {
    this.#advance(this.#at + 1);
    if (this.#indent > column) return this.#block(depth);
    return this.#indent === column && this.#isItem() ? this.#list(column, depth) : undefined;
  }

  /** @param column where the dashes of its items stand */
  #list(column: number, depth: number): PayloadNode | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const position = this.#position(column);
    const items: PayloadNode[] = [];
    do {
      const item = this.#item(column, depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
    } while (this.#indent === column && this.#isItem());
    return this.#indent > column ? undefined : arrayNode(items, position);
  }

  #item(column: number, depth: number): PayloadNode | undefined {
    if (!this.#count()) return undefined;
    const line = this.#line();
    const start = column + 1 + indentOf(line, column + 1);
    KEY.lastIndex = start;
    if (KEY.test(line)) return depth > MAX_DEPTH ? undefined : this.#object(start, depth);
    return this.#inline(start, column, depth);
  }

  /**
   * A value that begins in the line of its key or dash.
   * @param parent the column of that key or dash
   */
  #inline(start: number, parent: number, depth: number): PayloadNode | undefined {
    const line = this.#line();
    switch (line[start]) {
      case '|':
        return this.#literal(start, parent);
      case '[':
      case '{':
        return this.#flow(start, depth);
      case '"':
      case "'": {
        const quoted = quotedScalar(line, start);
        return quoted !== undefined && this.#ends(quoted.end) ? this.#scalar(quoted.value, start) : undefined;
      }
      default:
        return this.#plain(start);
    }
  }

  #flow(start: number, depth: number): PayloadNode | undefined {
    const line: Line = { text: this.#line(), number: this.#at + 1 };
    const read = new PlainFlow(line, start, this.#report).read(depth);
    if (read === undefined || !this.#count(read.node.extent.count - 1) || !this.#ends(read.end))
      return undefined;
    this.#advance(this.#at + 1);
    return read.node;
  }

  #plain(start: number): PayloadNode | undefined {
    const line = this.#line();
    if (!/[\w$/(\u00a1-\uffff]|-[\w-]/y.test(line.slice(start, start + 2))) return undefined;
    const comment = line.indexOf(' #', start);
    let end = comment < 0 ? line.length : comment;
    while (line[end - 1] === ' ') end -= 1;
    const text = line.slice(start, end);
    if (text.includes(': ') || text.endsWith(':')) return undefined;
    const value = plainScalar(text);
    return value === undefined ? undefined : this.#scalar(value, start, text);
  }

  /** Notes so many more nodes, and whether there may be. */
  #count(nodes = 1): boolean {
    this.#left -= nodes;
    return this.#left >= 0;
  }

  /** Whether nothing but a comment follows in the line. */
  #ends(end: number): boolean {
    const line = this.#line();
    const blanks = indentOf(line, end);
    return end + blanks === line.length || (blanks > 0 && line[end + blanks] === '#');
  }

  /** A scalar of one line. What goes on in the next line is indented more, and refused by the object or list around. */
  #scalar(value: PlainScalar, start: number, source = ''): PayloadNode {
    const place = { path: PLAIN_PATH, position: this.#position(start) };
    this.#advance(this.#at + 1);
    return scalarNode(value, source, place, this.#report);
  }

  /** A text line by line (`|`), whose first line sets the indentation. */
  #literal(start: number, parent: number): PayloadNode | undefined {
    const header = this.#line().slice(start);
    const first = this.#at + 1;
    const text = header === '|' || header === '|-' ? this.#linesFrom(first, parent) : undefined;
    if (text === undefined) return undefined;
    const place = { path: PLAIN_PATH, position: this.#position(start) };
    this.#advance(first + text.length);
    while (text.at(-1) === '') text.pop();
    return scalarNode(text.join('\n') + (header === '|' ? '\n' : ''), '', place, this.#report);
  }

  /** The lines of a literal text, blank ones included, without their indentation. */
  #linesFrom(first: number, parent: number): string[] | undefined {
    const width = indentOf(this.#lines[first] ?? '');
    if (width <= parent || width === this.#lines[first]?.length) return undefined;
    const text: string[] = [];
    for (let at = first; at < this.#lines.length; at += 1) {
      const line = this.#lines[at] ?? '';
      const indent = indentOf(line);
      if (indent < width && indent < line.length) {
        // What is indented less than the text, but more than its key, is a mistake, or a comment that looks like one.
        return indent > parent ? undefined : text;
      }
      // Blanks beyond the indentation belong to the text, in a line of nothing else too: that is left to the library.
      if (indent > width && indent === line.length) return undefined;
      text.push(line.slice(width));
    }
    return text;
  }

  #position(column: number): Position {
    return { line: this.#at + 1, column: column + 1 };
  }
}

/** The key at a column of a line, and the offset behind its colon. */
function keyAt(line: string, column: number): { key: string; end: number } | undefined {
  KEY.lastIndex = column;
  const found = KEY.exec(line);
  if (found === null || found[0].length > MAX_KEY) return undefined;
  const plain = found[1];
  const key = plain ?? found[2] ?? found[3] ?? '';
  if (key === '<<' || (plain !== undefined && typeof plainScalar(plain) !== 'string')) return undefined;
  return { key, end: column + found[0].length };
}

/** How many blanks stand at an offset of a line. */
function indentOf(line: string, from = 0): number {
  let at = from;
  while (line.charCodeAt(at) === 0x20) at += 1;
  return at - from;
}
