/** Where in a payload's text something stands, both counted from 1; columns in UTF-16 units, as editors do. */
export interface Position {
  line: number;
  column: number;
}

/** A position in the middle of a sentence, with a blank before it. */
export function at({ line, column }: Position): string {
  return ` at line ${line}, column ${column}`;
}

/** Turns offsets of a text into positions. */
export function positions(text: string): (offset: number) => Position {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return (offset) => {
    let low = 0;
    for (let high = starts.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? Infinity) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
