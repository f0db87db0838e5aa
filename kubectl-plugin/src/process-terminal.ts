import { createInterface } from 'node:readline';
import { isatty } from 'node:tty';
import type { Screen, Terminal } from './context.js';
import { wantsColor, type ColorEnvironment } from './lib/colors.js';
import { EXIT } from './lib/exit-codes.js';
import { wrapWords } from './lib/wrap-words.js';
import { PluginError } from './lib/plugin-error.js';

/** The three standard streams of a process. */
export interface StandardStreams {
  stdin: NodeJS.ReadStream & { fd: number };
  stdout: NodeJS.WriteStream & { fd: number };
  stderr: NodeJS.WriteStream & { fd: number };
}

/**
 * The terminal of a process.
 * @param onBroken called when output is lost (a full disk). Someone who closes the pipe early (`| head`) wants no more
 * of it, which is not an error.
 */
export function processTerminal(
  { stdin, stdout, stderr }: StandardStreams,
  environment: ColorEnvironment,
  onBroken: (error: Error) => void,
): Terminal {
  return {
    out: screenOf(stdout, environment, onBroken),
    err: screenOf(stderr, environment, onBroken),
    ...(isatty(stdin.fd) ? { confirm: (question: string) => confirm(question, stdin, stderr) } : {}),
  };
}

function screenOf(
  stream: StandardStreams['stdout'],
  environment: ColorEnvironment,
  onBroken: (error: Error) => void,
): Screen {
  // First: oclif has a listener of its own, which throws.
  stream.prependListener('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') onBroken(error);
  });
  const isTTY = isatty(stream.fd);
  return {
    write: (data) => void stream.write(data),
    isTTY,
    color: wantsColor(environment, isTTY),
    // Asked each time: terminals are resized while we wait.
    get columns() {
      return isTTY ? stream.columns : undefined;
    },
  };
}

/** Only `y` and `yes` mean yes; the question goes to stderr, so that stdout holds data alone. */
async function confirm(
  question: string,
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
): Promise<boolean> {
  const prompt = createInterface({ input, output });
  return new Promise((resolve, reject) => {
    prompt.on('SIGINT', () => {
      output.write('\n');
      reject(new PluginError(EXIT.interrupted, 'interrupted; nothing was deleted'));
      prompt.close();
    });
    // The input may end without an answer (Ctrl-D).
    prompt.on('close', () => resolve(false));
    prompt.question(`${wrapWords(`${question} [y/N]`, output.columns).join('\n')} `, (answer) => {
      resolve(/^y(es)?$/i.test(answer.trim()));
      prompt.close();
    });
  });
}
