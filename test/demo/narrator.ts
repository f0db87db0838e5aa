import { spawn } from 'node:child_process';

/** What must be true of a command's output for the story to go on. */
export interface Expectation {
  /** The exit code; 0 when left out. */
  exitCode?: number;
  /** Texts that the output holds. */
  shows?: readonly (string | RegExp)[];
  /** Texts that the output must not hold. */
  hides?: readonly (string | RegExp)[];
}

/** What a command left: both streams as they came, and its exit code. */
export interface Finished {
  output: string;
  exitCode: number;
}

/** Thrown at the first thing that is not as told; the message says which command, and what was expected of it. */
export class StoryError extends Error {
  override readonly name = 'StoryError';
}

/** Where and how commands run. */
export interface NarratorOptions {
  /** The environment of every command: PATH with kubectl and the plugin, KUBECONFIG. */
  environment: Record<string, string>;
  /** The folder that commands run in. */
  directory: string;
  /** Takes the text as it comes, for the terminal. */
  write: (text: string) => void;
  /** Ends the story before its next command. */
  signal?: AbortSignal;
}

const holds = (output: string, text: string | RegExp): boolean =>
  typeof text === 'string' ? output.includes(text) : text.test(output);

/** The first way in which a finished command differs from what is told of it; undefined when it doesn't. Pure. */
export function difference({ output, exitCode }: Finished, expected: Expectation): string | undefined {
  const wanted = expected.exitCode ?? 0;
  if (exitCode !== wanted) return `it ended with exit code ${String(exitCode)} instead of ${String(wanted)}`;
  const missing = expected.shows?.find((text) => !holds(output, text));
  if (missing !== undefined) return `its output does not show ${String(missing)}`;
  const extra = expected.hides?.find((text) => holds(output, text));
  if (extra !== undefined) return `its output shows ${String(extra)}`;
  return undefined;
}

/** Tells the story: prints chapters, runs commands as a person would type them, and checks what they print. */
export class Narrator {
  readonly #options: NarratorOptions;
  readonly #told: string[] = [];
  #inBlock = false;

  constructor(options: NarratorOptions) {
    this.#options = options;
  }

  /** All that was told so far, as Markdown. */
  get markdown(): string {
    return `${this.#told.join('')}${this.#inBlock ? '```\n' : ''}`;
  }

  /** A heading. */
  chapter(title: string): void {
    this.#prose(`\n## ${title}\n\n`);
  }

  /** A paragraph between commands. */
  say(text: string): void {
    this.#prose(`${text}\n\n`);
  }

  /**
   * Runs one command line in bash, prints it with its output, and returns the output.
   * @throws {StoryError} when the command does not do what is told of it.
   */
  async run(command: string, expected: Expectation = {}): Promise<string> {
    if (this.#options.signal?.aborted === true) throw new StoryError('interrupted');
    this.#block(`$ ${command}\n`);
    const finished = await this.#execute(command);
    const { output } = finished;
    this.#block(output === '' || output.endsWith('\n') ? output : `${output}\n`);
    const problem = difference(finished, expected);
    if (problem !== undefined) throw new StoryError(`not as told: \`${command}\`: ${problem}`);
    return output;
  }

  /**
   * States something that was checked without a command line of its own.
   * @throws {StoryError} when it is not so.
   */
  check(statement: string, holdsTrue: boolean): void {
    if (!holdsTrue) throw new StoryError(`not as told: ${statement}`);
    this.#block(`# checked: ${statement}\n`);
  }

  #execute(command: string): Promise<Finished> {
    return new Promise((resolve, reject) => {
      const child = spawn('bash', ['-c', `exec 2>&1; ${command}`], {
        cwd: this.#options.directory,
        env: this.#options.environment,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.on('error', reject);
      child.on('close', (code) => resolve({ output, exitCode: code ?? 128 }));
    });
  }

  #prose(text: string): void {
    if (this.#inBlock) this.#tell('```\n\n');
    this.#inBlock = false;
    this.#tell(text);
    this.#options.write(text);
  }

  #block(text: string): void {
    if (!this.#inBlock) this.#tell('```console\n');
    this.#inBlock = true;
    this.#tell(text);
    this.#options.write(text);
  }

  #tell(text: string): void {
    this.#told.push(text);
  }
}
