/** A document of a file: YAML or JSON, as it stands there. */
export interface Piece {
  text: string;
  /** How many lines of the file are before it. */
  linesBefore: number;
}

/**
 * Takes a file apart at the lines that begin a document (`---`, YAML 1.2.2 section 9.1), which no document may hold. A
 * file with directives (`%`) or with ends of documents (`...`) stays in one piece. Pure.
 */
export function* piecesOf(text: string): Generator<Piece> {
  if (/^(?:%|\.\.\.)/m.test(text)) {
    yield { text, linesBefore: 0 };
    return;
  }
  let start = 0;
  let linesBefore = 0;
  for (let marker = nextMarker(text, 0); marker >= 0; marker = nextMarker(text, marker + 1)) {
    const before = text.slice(start, marker);
    if (before !== '') yield { text: before, linesBefore };
    linesBefore += lineBreaks(before);
    start = marker;
    const lineEnd = text.indexOf('\n', marker);
    // A document may begin in the line of its marker.
    if (lineEnd < 0 || !/^---\s*(?:#|$)/.test(text.slice(marker, lineEnd))) continue;
    start = lineEnd + 1;
    linesBefore += 1;
  }
  yield { text: text.slice(start), linesBefore };
}

/** Where the next line begins that begins a document; -1 when there is none. */
function nextMarker(text: string, from: number): number {
  if (from === 0 && isMarker(text, 0)) return 0;
  for (let at = text.indexOf('\n---', from); at >= 0; at = text.indexOf('\n---', at + 1)) {
    if (isMarker(text, at + 1)) return at + 1;
  }
  return -1;
}

function isMarker(text: string, at: number): boolean {
  return /^---(?:\s|$)/.test(text.slice(at, at + 4));
}

function lineBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
