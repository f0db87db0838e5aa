import { EXIT, type ExitCode } from './exit-codes.js';

/** An expected failure: a sentence for a person, without a final full stop, and the exit code that goes with it. */
export class PluginError extends Error {
  override readonly name = 'PluginError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** What was asked for is not so (exit code 1). */
export function notMet(message: string): PluginError {
  return new PluginError(EXIT.notMet, message);
}

/** The command line is wrong, and the command's help says how it is written (exit code 2). */
export function usageError(message: string): UsageError {
  return new UsageError(message);
}

/** A mistake in the command line, as opposed to one in what it names. */
export class UsageError extends PluginError {
  constructor(message: string) {
    super(EXIT.usage, message);
  }
}

/** The flags are right, but what they give can't be read or does not fit: no help would say more (exit code 2). */
export function inputError(message: string): PluginError {
  return new PluginError(EXIT.usage, message);
}
