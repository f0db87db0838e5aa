import type { DestinationStream, Logger } from 'pino';
import pino from 'pino';

/** How a failure looks in the log: its name, kind and message, and the same of its causes; no stack, no other fields. */
export interface LoggedError {
  name: string;
  kind?: string;
  message: string;
  cause?: LoggedError;
}

/** Reduces a caught value to what may stand in a log. */
export function loggedError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { name: 'unknown', message: 'a value that is no Error was thrown' };
  const kind = 'kind' in error && typeof error.kind === 'string' ? { kind: error.kind } : {};
  const cause = error.cause === undefined ? {} : { cause: loggedError(error.cause) };
  return { name: error.name, ...kind, message: error.message, ...cause };
}

/** The JSON log: one line for each event on stdout (or the given stream), a constant `msg` with keys beside it. */
export function createLogger(destination?: DestinationStream): Logger {
  const options = {
    base: null,
    serializers: { err: loggedError },
    timestamp: pino.stdTimeFunctions.isoTime,
    // In words, as collectors of logs know them.
    formatters: { level: (level: string) => ({ level }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
