import type { Violation } from '@mesitis/offering';
import { isCollection, isPair, isScalar, Scalar, type Node } from 'yaml';
import type { WrittenDocument } from './written-document.js';

/** A line and a column of a file, both counted from 1. */
export interface Spot {
  line: number;
  column: number;
}

/** An object in a document of a file. */
export interface Written {
  document: WrittenDocument;
  /** Which of its objects it is. */
  index: number;
}

/** Where in the file a violation is; the deepest part of its path that is written there. */
export function locate({ path, position }: Violation, { document, index }: Written): Spot {
  const { linesBefore, lines, nodes, counter } = document;
  const node = nodes[index];
  if (node === undefined) return { line: linesBefore + 1, column: 1 };
  const found = descend(node, segments(path));
  const { line, col } = counter.linePos(found.range?.[0] ?? 0);
  const start = { line, column: col };
  const isInside = position !== undefined && isScalar(found);
  const spot = (isInside ? inBlock(found, position, { start, lines }) : undefined) ?? start;
  return { line: linesBefore + spot.line, column: spot.column };
}

/** A payload in literal style (`|`) stands in the file line by line; other styles fold or escape it. */
function inBlock(
  { type, value }: Scalar,
  position: Spot,
  { start, lines }: { start: Spot; lines: readonly string[] },
): Spot | undefined {
  if (type !== Scalar.BLOCK_LITERAL || typeof value !== 'string') return undefined;
  // The line of the indicator, then the payload.
  const line = start.line + position.line;
  const inFile = lines[line - 1]?.replace(/\r$/, '');
  const inPayload = value.split('\n', position.line)[position.line - 1];
  if (inFile === undefined || inPayload === undefined || !inFile.endsWith(inPayload)) return undefined;
  return { line, column: inFile.length - inPayload.length + position.column };
}

function descend(node: Node, path: readonly (string | number)[]): Node {
  let current = node;
  for (const segment of path) {
    if (!isCollection(current)) break;
    const items: readonly unknown[] = current.items;
    const pair = items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === segment);
    const next: unknown = isPair(pair) ? pair.value : current.get(segment, true);
    if (typeof next !== 'object' || next === null || !('range' in next)) break;
    current = next as Node;
  }
  return current;
}

/** The part of a path that is outside of the payload: `metadata.labels["mesitis/order"]`, `data.wrapped-resource`. */
function segments(path: string): (string | number)[] {
  const outside = path.split(': ', 1)[0] ?? '';
  return [...outside.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, plain = '']) =>
      quoted !== undefined
        ? (JSON.parse(`"${quoted}"`) as string)
        : index !== undefined
          ? Number(index)
          : plain,
  );
}
