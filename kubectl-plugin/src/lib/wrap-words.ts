import { stripVTControlCharacters } from 'node:util';
import { displayWidth } from './display-width.js';

/**
 * Breaks text between words so that a terminal need not break it within one. Lines of its own stay lines, with their
 * indentation. Colour codes take no room.
 * @param width of the terminal; undefined in a pipe, where nothing is broken
 */
export function wrapWords(text: string, width: number | undefined): string[] {
  const lines = text.split('\n');
  return width === undefined ? lines : lines.flatMap((line) => wrapLine(line, width));
}

function wrapLine(text: string, width: number): string[] {
  const [, indentation = '', rest = ''] = /^( *)(.*)$/s.exec(text) ?? [];
  const [first = '', ...words] = rest.split(' ');
  const lines = [`${indentation}${first}`];
  for (const word of words) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (displayWidth(stripVTControlCharacters(longer)) <= width) lines.splice(-1, 1, longer);
    else lines.push(`${indentation}${word}`);
  }
  return lines;
}
