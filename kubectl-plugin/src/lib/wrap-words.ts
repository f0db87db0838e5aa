import { stripVTControlCharacters } from 'node:util';
import { displayWidth } from './display-width.js';

/**
 * Breaks a line between words so that a terminal need not break it within one. Colour codes take no room.
 * @param width of the terminal; undefined in a pipe, where nothing is broken
 */
export function wrapWords(text: string, width: number | undefined): string[] {
  if (width === undefined) return [text];
  const [first = '', ...words] = text.split(' ');
  const lines = [first];
  for (const word of words) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (displayWidth(stripVTControlCharacters(longer)) <= width) lines.splice(-1, 1, longer);
    else lines.push(word);
  }
  return lines;
}
