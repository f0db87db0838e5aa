/** How much of stderr is kept: enough for every object of a large chart that is not ready. */
const KEPT_LINES = 100;
const LINE_LIMIT = 8192;

/** Debug output, which `--debug` adds and which tells what is awaited, and why a deletion failed. */
const DEBUG = /^level=DEBUG (?!.*Failed to delete)/;

/** Cuts a stream into lines and keeps the last of them; no line and no number of lines is too much for it. */
export class BoundedLines {
  readonly #kept: string[] = [];
  #begun = '';

  /** Gives the lines that the text completes. */
  push(text: string): string[] {
    const [first = '', ...others] = text.split('\n');
    const complete = [this.#begun + first, ...others].map((line) => line.slice(0, LINE_LIMIT));
    this.#begun = complete.pop() ?? '';
    for (const line of complete) this.#keep(line);
    return complete;
  }

  /** The last lines, the unfinished one included. */
  kept(): string[] {
    this.#keep(this.#begun);
    this.#begun = '';
    return [...this.#kept];
  }

  #keep(line: string): void {
    if (line.trim() === '' || DEBUG.test(line)) return;
    this.#kept.push(line);
    if (this.#kept.length > KEPT_LINES) this.#kept.shift();
  }
}
