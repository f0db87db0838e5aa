import { spawn } from 'node:child_process';

/** A command that somebody reads and answers while it runs. */
export interface Dialogue {
  /** What it wrote until now, stdout and stderr as they came. */
  output(): string;
  /**
   * Resolves once what it wrote since the last match holds a match. @throws an Error with the output when the command
   * ends before, or takes longer than 20 s.
   */
  until(expected: RegExp): Promise<void>;
  /** Types keys; '\r' is Enter and '\u0003' Ctrl-C in a terminal. */
  type(keys: string): void;
  /** Sends SIGINT to the process itself, as Ctrl-C does where there is no terminal. */
  interrupt(): void;
  /** Waits for the end; gives the exit code, 128 when a signal ended it. */
  end(): Promise<number>;
}

/** How long a step of a dialogue may take. */
const STEP_MS = 20_000;

/** Starts a command and begins to listen. `env` is added to this process's environment. */
export function startDialogue(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Dialogue {
  const child = spawn(file, args, { env: { ...process.env, ...env }, timeout: 3 * STEP_MS });
  let written = '';
  let read = 0;
  let listener: () => void = () => undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      written += text;
      listener();
    });
  }
  // Who ends without reading everything has said so by the exit code.
  child.stdin.on('error', () => undefined);
  let over = false;
  const ended = new Promise<number>((resolve) => {
    child.once('close', (code) => {
      over = true;
      resolve(code ?? 128);
      listener();
    });
  });
  return {
    output: () => written,
    until: (expected) =>
      new Promise((resolve, reject) => {
        const settle = (act: () => void): void => {
          clearTimeout(limit);
          listener = () => undefined;
          act();
        };
        const fail = (why: string): void =>
          settle(() =>
            reject(new Error(`${file} ${args.join(' ')} ${why} ${String(expected)}:\n${written}`)),
          );
        const limit = setTimeout(() => fail('did not write'), STEP_MS);
        listener = () => {
          const match = expected.exec(written.slice(read));
          if (match !== null) {
            read += match.index + match[0].length;
            settle(resolve);
          } else if (over) fail('ended before');
        };
        listener();
      }),
    type: (keys) => void child.stdin.write(keys),
    interrupt: () => void child.kill('SIGINT'),
    end: async () => {
      child.stdin.end();
      return ended;
    },
  };
}

/** A terminal's size, in letters. */
export interface TerminalSize {
  columns: number;
  rows?: number;
}

/**
 * The same in a pseudo-terminal, which `script` (util-linux, on every Debian) makes: the command finds a terminal in
 * stdin, stdout and stderr.
 */
export function startInTerminal(
  { columns, rows = 24 }: TerminalSize,
  command: readonly string[],
  env: NodeJS.ProcessEnv,
): Dialogue {
  const words = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const script = `stty cols ${columns} rows ${rows}; exec ${words}`;
  return startDialogue('script', ['--quiet', '--flush', '--return', '--command', script, '/dev/null'], {
    SHELL: '/bin/bash',
    TERM: 'xterm-256color',
    ...env,
  });
}
