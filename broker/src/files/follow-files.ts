import type { Logger } from 'pino';
import type { FolderWatcher } from './watch-folders.js';
import { watchFolders } from './watch-folders.js';

/** What is read from files, and how. */
export interface FollowFilesOptions<Value> {
  /** For the log: `credentials`. */
  what: string;
  /** Where the files are. */
  folders: readonly string[];
  /** Reads them all and judges them. Its errors are logged, so they quote nothing secret. */
  read: () => Promise<Value>;
  /** What the log may tell of a value. */
  describe: (value: Value) => object;
  /** Called with each new value but the first. */
  onChange?: (value: Value) => void;
  logger: Logger;
  /** How often to look without being told of a change, in milliseconds. Default: a minute. */
  pollMs?: number;
  /** Default: the operating system's. */
  watcher?: FolderWatcher;
}

/** Files that are followed. */
export interface FollowedFiles<Value> {
  /** The last value that could be read; the same object until there is another one. */
  current: () => Value;
  stop: () => void;
}

const POLL_MS = 60_000;

/**
 * Reads files and follows their changes. What can't be read or makes no sense later leaves the value before in force, so
 * that a mistake in a rotation is no outage, and is logged once.
 *
 * @throws what `read` throws the first time
 */
export async function followFiles<Value>(options: FollowFilesOptions<Value>): Promise<FollowedFiles<Value>> {
  const { what, folders, read, describe, onChange, logger, pollMs = POLL_MS, watcher } = options;
  let value = await read();
  let failure: string | undefined;
  logger.info({ what, ...describe(value) }, 'files loaded');

  const reload = async (): Promise<void> => {
    try {
      const next = await read();
      failure = undefined;
      if (JSON.stringify(next) === JSON.stringify(value)) return;
      value = next;
      onChange?.(value);
      logger.info({ what, ...describe(value) }, 'files loaded');
    } catch (error) {
      const message = error instanceof Error ? error.message : 'unknown';
      if (message === failure) return;
      failure = message;
      logger.error({ what, err: error }, 'files not usable, what was loaded before stays in force');
    }
  };

  const stop = watchFolders({
    folders,
    onChange: reload,
    pollMs,
    ...(watcher === undefined ? {} : { watcher }),
  });
  return { current: () => value, stop };
}
