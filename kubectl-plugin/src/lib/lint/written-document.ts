import {
  isAlias,
  isMap,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
  type Tags,
} from 'yaml';
import type { Piece } from './pieces-of.js';

/** What is wrong with a text that is neither YAML nor JSON; line and column within it, counted from 1. */
export interface Mistake {
  line: number;
  column: number;
  reason: string;
}

/**
 * As kubectl and the API server read it (sigs.k8s.io/yaml): YAML 1.1, with `yes` and `on` for true and with merge keys,
 * but without dates and without minutes (`1:30`).
 */
const OPTIONS = {
  schema: 'yaml-1.1',
  merge: true,
  customTags: (tags: Tags): Tags =>
    tags.filter(
      (tag) => typeof tag === 'string' || (tag.format !== 'TIME' && !tag.tag.endsWith(':timestamp')),
    ),
} as const;

/** A document of a file as the YAML library reads it. That takes long, and is done when somebody asks. */
export class WrittenDocument {
  readonly #piece: Piece;
  #composed: { documents: readonly Document.Parsed[]; counter: LineCounter } | undefined;
  #nodes: readonly Node[] | undefined;
  #lines: readonly string[] | undefined;

  constructor(piece: Piece) {
    this.#piece = piece;
  }

  /** How many lines of the file are before it. */
  get linesBefore(): number {
    return this.#piece.linesBefore;
  }

  /** Its own lines. */
  get lines(): readonly string[] {
    return (this.#lines ??= this.#piece.text.split('\n'));
  }

  /** Turns offsets in it into lines and columns. */
  get counter(): LineCounter {
    return this.#compose().counter;
  }

  /** The nodes of its objects: of a List, those of its items. */
  get nodes(): readonly Node[] {
    return (this.#nodes ??= this.#right().flatMap((document) => nodesIn(document.contents, document)));
  }

  /** Its values, most often a single one, as far as they are right; and what is wrong. */
  read(): { values: unknown[]; mistakes: Mistake[] } {
    const mistakes = this.#compose().documents.flatMap(({ errors: [error] }) => {
      if (error === undefined) return [];
      const { line = 1, col = 1 } = error.linePos?.[0] ?? {};
      return [{ line, column: col, reason: error.message.split(' at line ', 1)[0] ?? '' }];
    });
    const values: unknown[] = [];
    for (const document of this.#right()) {
      try {
        values.push(document.toJS());
      } catch (error) {
        // An alias without its anchor, or aliases that multiply.
        mistakes.push({ line: 1, column: 1, reason: (error as Error).message });
      }
    }
    return { values, mistakes };
  }

  #right(): Document.Parsed[] {
    return this.#compose().documents.filter(({ errors }) => errors.length === 0);
  }

  #compose(): { documents: readonly Document.Parsed[]; counter: LineCounter } {
    if (this.#composed !== undefined) return this.#composed;
    const counter = new LineCounter();
    const documents = parseAllDocuments(this.#piece.text, { ...OPTIONS, lineCounter: counter });
    return (this.#composed = { documents: documents as Document.Parsed[], counter });
  }
}

/** The node of an object, or those of a List, also of Lists in it: what {@link objectsIn} gives, as nodes. */
function nodesIn(node: unknown, document: Document.Parsed): Node[] {
  const own = isAlias(node) ? node.resolve(document) : node;
  if (!isMap(own)) return [];
  const kind: unknown = own.get('kind');
  const items: unknown = own.get('items', true);
  const list = isAlias(items) ? items.resolve(document) : items;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !isSeq(list)) return [own];
  return list.items.flatMap((item) => nodesIn(item, document));
}

/** The object that a document is, or those of a List, also of Lists in it. */
export function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const { kind, items } = value as { kind?: unknown; items?: unknown };
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [value];
  return items.flatMap(objectsIn);
}
