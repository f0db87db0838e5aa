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

/** The command line is wrong (exit code 2). */
export function usageError(message: string): PluginError {
  return new PluginError(EXIT.usage, message);
}
