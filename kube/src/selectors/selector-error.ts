/** A selector that cannot be read. The message is one sentence that quotes the selector and says what to write. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}
