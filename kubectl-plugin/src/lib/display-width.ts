/** Letters that a terminal draws two columns wide: East Asian ones, if not of half width, and what is shown as an emoji. */
const WIDE =
  /(?![\uFF61-\uFFDC])[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}|\uFE0F/u;

/** One letter as a person counts them, with the columns that it takes in a terminal. */
export interface Letter {
  text: string;
  columns: number;
}

/** Nearly all text is ASCII, and the segmenter is slow to start. */
const ASCII = /^[ -~]*$/;

/** A text's letters. */
export function lettersOf(text: string): Letter[] {
  if (ASCII.test(text)) return text.split('').map((letter) => ({ text: letter, columns: 1 }));
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => ({
    text: segment,
    columns: WIDE.test(segment) ? 2 : 1,
  }));
}

/** The columns that a text without control characters takes in a terminal. */
export function displayWidth(text: string): number {
  return ASCII.test(text) ? text.length : lettersOf(text).reduce((sum, { columns }) => sum + columns, 0);
}
