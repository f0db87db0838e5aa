import { displayWidth, lettersOf } from './display-width.js';
import { plainLine } from './plain-text.js';
import { wrapWords } from './wrap-words.js';

/** One cell: its text, and how to colour it once its width is settled. */
export interface Cell {
  text: string;
  paint?: (text: string) => string;
}

/** What a table holds. The last column may be cut off to fit, and where that is not enough the widest of the others. */
export interface Table {
  header: readonly string[];
  rows: readonly (readonly (Cell | string)[])[];
  /** kubectl's `--no-headers`. */
  headless?: boolean;
  /** Whether the last column goes on below rather than being cut off. */
  wrap?: boolean;
  /** How wide the columns are at least; see {@link columnWidths}. */
  atLeast?: readonly number[];
  /** What gives way in a narrow terminal, besides the end of the last column. */
  giving?: {
    /** The headers of columns to leave out, the first one first, as long as the last column is too narrow. */
    leaveOut: readonly string[];
    /** How much of the last column there has to be before others are left out; all of it where it is shorter. */
    keep: number;
    /** Where the last column is cut off; the end unless told. */
    cut?: 'end' | 'middle';
  };
}

const GAP = '   ';
/** Below this the last column is not cut further: a wrapped line says more than three letters. */
const NARROWEST = 12;
/** Nor are the others cut below this: what is left of a name has to tell it from its neighbours. */
const SHORTEST = 16;

/**
 * Lays out a table as kubectl does: columns three blanks apart, no lines, nothing after the last word.
 * @param width of the terminal; undefined in a pipe, where nothing is cut off
 */
export function renderTable(whole: Table, width?: number): string {
  const table = width === undefined ? whole : narrowed(whole, width);
  const { header, wrap = false, giving } = table;
  const cells = cellsOf(table);
  const last = header.length - 1;
  if (width === undefined) return drawn(cells, widthsOf(table, cells));
  const widths = wrap ? widthsOf(table, cells) : fittedWidths(table, width);
  const room = Math.max(NARROWEST, width - widthBeforeLast(widths));
  const fitted = wrap
    ? cells.flatMap((row) => goOn(row, last, room))
    : cells.map((row) => cutOff(row, [...widths.slice(0, last), room], giving?.cut ?? 'end'));
  return drawn(fitted, widths);
}

function drawn(rows: readonly (readonly Cell[])[], widths: readonly number[]): string {
  return rows.map((row) => `${layOut(row, widths)}\n`).join('');
}

/** How wide the columns of a table are, for a table that goes on below it. */
export function columnWidths(table: Table): number[] {
  return widthsOf(table, cellsOf(table));
}

function widthsOf({ header, atLeast = [] }: Table, cells: readonly (readonly Cell[])[]): number[] {
  return header.map((_, column) =>
    Math.max(atLeast[column] ?? 0, ...cells.map((row) => displayWidth(row[column]?.text ?? ''))),
  );
}

/** The widths of columns that leave enough for the last one, for which the widest give way in turn. */
function fittedWidths(table: Table, width: number): number[] {
  const widths = columnWidths(table);
  const wanted = Math.min(table.giving?.keep ?? NARROWEST, widths.at(-1) ?? 0);
  for (let missing = widthBeforeLast(widths) + wanted - width; missing > 0; missing -= 1) {
    const widest = Math.max(...widths.slice(0, -1));
    if (widest <= SHORTEST) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function widthBeforeLast(widths: readonly number[]): number {
  return widths.slice(0, -1).reduce((sum, each) => sum + each + GAP.length, 0);
}

/** The table without the columns that are given up so that the last one says enough. */
function narrowed(table: Table, width: number): Table {
  const { giving, header } = table;
  const [given, ...others] = giving?.leaveOut ?? [];
  if (giving === undefined || given === undefined) return table;
  const widths = columnWidths(table);
  if (width - widthBeforeLast(widths) >= Math.min(giving.keep, widths.at(-1) ?? 0)) return table;
  const without = <T>(row: readonly T[]): T[] => row.filter((_, column) => header[column] !== given);
  return narrowed(
    {
      ...table,
      header: without(header),
      rows: table.rows.map(without),
      giving: { ...giving, leaveOut: others },
    },
    width,
  );
}

function cellsOf({ header, rows, headless = false }: Table): Cell[][] {
  return [...(headless ? [] : [header]), ...rows].map((row) => row.map(toCell));
}

/** The row with its last cell cut as told, and the others in their middle: names tend to differ at their ends. */
function cutOff(row: readonly Cell[], widths: readonly number[], at: 'end' | 'middle'): Cell[] {
  return row.map((cell, column) => {
    const shorten = at === 'end' && column === widths.length - 1 ? cut : cutMiddle;
    return { ...cell, text: shorten(cell.text, widths[column] ?? Infinity) };
  });
}

/** The row, and below it a row for each further line of its last cell. */
function goOn(row: readonly Cell[], last: number, room: number): Cell[][] {
  const cell = row[last];
  if (cell === undefined) return [[...row]];
  const [first = '', ...more] = wrapWords(cell.text, room);
  const blank = row.slice(0, last).map(() => ({ text: '' }));
  return [
    [...row.slice(0, last), { ...cell, text: first }],
    ...more.map((text) => [...blank, { ...cell, text }]),
  ];
}

/** Cuts text to a width, with an ellipsis in place of what is missing. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let room = width - 1;
  for (const { text: letter, columns } of lettersOf(text)) {
    room -= columns;
    if (room < 0) break;
    kept += letter;
  }
  return `${kept.trimEnd()}…`;
}

/** Cuts a name whose end says more than its beginning (`system:serviceaccount:…`): a third of what is left leads. */
export function cutMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const letters = lettersOf(text);
  const head = Math.floor((width - 1) / 3);
  let room = width - 1 - head;
  let from = letters.length;
  while (from > 0 && room >= (letters[from - 1]?.columns ?? 0)) {
    from -= 1;
    room -= letters[from]?.columns ?? 0;
  }
  const tail = letters.slice(from).map((letter) => letter.text);
  return `${cut(text, head + 1)}${tail.join('')}`;
}

function toCell(cell: Cell | string): Cell {
  return typeof cell === 'string' ? { text: plainLine(cell) } : { ...cell, text: plainLine(cell.text) };
}

function layOut(row: readonly Cell[], widths: readonly number[]): string {
  const filled = row.slice(0, row.findLastIndex(({ text }) => text !== '') + 1);
  return filled
    .map(({ text, paint }, column) => {
      const missing = column === filled.length - 1 ? 0 : (widths[column] ?? 0) - displayWidth(text);
      return `${paint === undefined ? text : paint(text)}${' '.repeat(missing)}`;
    })
    .join(GAP);
}
