import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { EXIT } from './lib/exit-codes.js';
import { PluginError } from './lib/plugin-error.js';

/** Signals that end a command; whoever sends one to this process means the command. */
const FORWARDED = ['SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a command with this process's streams, and `variables` besides its environment.
 * @returns the command's exit code; 128 and the signal's number when a signal ended it, as shells report it
 * @throws PluginError (exit code 127) when there is no such command, or it can't be started
 */
export async function runCommand(
  [file = '', ...args]: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<number> {
  const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, ...variables } });
  // Ctrl-C reaches the whole group: the command decides what it means.
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of FORWARDED) process.on(signal, forward);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on('error', ({ code, message }: NodeJS.ErrnoException) => {
        const why = code === 'ENOENT' ? 'there is no such command' : message;
        reject(new PluginError(EXIT.notStarted, `'${file}' can't be run: ${why}`));
      });
      child.on('exit', (code, signal) => {
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
  } finally {
    process.off('SIGINT', ignore);
    for (const signal of FORWARDED) process.off(signal, forward);
  }
}
