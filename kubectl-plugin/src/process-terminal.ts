import { createInterface } from 'node:readline';
import { isatty } from 'node:tty';
import type { Screen, Terminal } from './context.js';
import { wantsColor, type ColorEnvironment } from './lib/colors.js';
import { EXIT } from './lib/exit-codes.js';
import { wrapWords } from './lib/wrap-words.js';
import { PluginError } from './lib/plugin-error.js';

/** The three standard streams of a process. */
export interface StandardStreams {
  /** Late: to ask a process for it loads much of Node that few commands need. */
  stdin: () => NodeJS.ReadStream;
  /** The descriptor of `stdin`. */
  stdinFd: number;
  stdout: NodeJS.WriteStream & { fd: number };
  stderr: NodeJS.WriteStream & { fd: number };
}

/**
 * The terminal of a process.
 * @param onBroken called when output is lost (a full disk). Someone who closes the pipe early (`| head`) wants no more
 * of it, which is not an error.
 */
export function processTerminal(
  { stdin, stdinFd, stdout, stderr }: StandardStreams,
  environment: ColorEnvironment,
  onBroken: (error: Error) => void,
): Terminal {
  return {
    out: screenOf(stdout, environment, onBroken),
    err: screenOf(stderr, environment, onBroken),
    ...(isatty(stdinFd)
      ? {
          confirm: async (question: string) => {
            const answer = await askLine(`${question} [y/N]`, { stdin, stderr }, 'nothing was deleted');
            // Only `y` and `yes` mean yes; no answer is none.
            return /^y(es)?$/i.test((answer ?? '').trim());
          },
          ask: (question: string) => askLine(question, { stdin, stderr }, 'nothing was asked for'),
        }
      : {}),
  };
}

/** The width of a terminal; undefined for one that has no size (yet), which says 0. */
export function widthOf({ columns }: { columns?: number }): number | undefined {
  return columns === 0 ? undefined : columns;
}

function screenOf(
  stream: StandardStreams['stdout'],
  environment: ColorEnvironment,
  onBroken: (error: Error) => void,
): Screen {
  const closing = new AbortController();
  // First: oclif has a listener of its own, which throws.
  stream.prependListener('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') closing.abort();
    else onBroken(error);
  });
  const isTTY = isatty(stream.fd);
  return {
    write: (data) => void stream.write(data),
    isTTY,
    color: wantsColor(environment, isTTY),
    // Asked each time: terminals are resized while we wait.
    get columns() {
      return isTTY ? widthOf(stream) : undefined;
    },
    closed: closing.signal,
  };
}

/**
 * Asks for a line; the question goes to stderr, so that stdout holds data alone.
 * @param undone what is told on Ctrl-C
 * @returns undefined when the input ends without an answer (Ctrl-D)
 */
async function askLine(
  question: string,
  { stdin, stderr }: Pick<StandardStreams, 'stdin' | 'stderr'>,
  undone: string,
): Promise<string | undefined> {
  const prompt = createInterface({ input: stdin(), output: stderr });
  return new Promise((resolve, reject) => {
    prompt.on('SIGINT', () => {
      stderr.write('\n');
      reject(new PluginError(EXIT.interrupted, `interrupted; ${undone}`));
      prompt.close();
    });
    prompt.on('close', () => resolve(undefined));
    prompt.question(`${wrapWords(question, widthOf(stderr)).join('\n')} `, (answer) => {
      resolve(answer);
      prompt.close();
    });
  });
}
