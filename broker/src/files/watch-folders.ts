import { watch } from 'node:fs';

/** Tells of changes in a folder. Ended by `close`. */
export type FolderWatcher = (folder: string, onEvent: () => void) => { close(): void };

/** What is watched and how. */
export interface WatchFoldersOptions {
  folders: readonly string[];
  /** Looks; never called while an earlier call has not resolved. A rejection is dropped. */
  onChange: () => Promise<void>;
  /** Looks again without an event too: a watch may end or miss something, and some file systems have none. Milliseconds. */
  pollMs: number;
  /** Default: the operating system's. */
  watcher?: FolderWatcher;
}

/** What the operating system says; without it (too many watches, say) the polls remain. */
export const systemWatcher: FolderWatcher = (folder, onEvent) => {
  try {
    const watching = watch(folder, { persistent: false }, onEvent);
    watching.on('error', () => watching.close());
    return watching;
  } catch {
    return { close: () => undefined };
  }
};

/**
 * Calls `onChange` at once and when something in the folders may have changed: many events that come at once make one call, and an
 * event during a call makes another one after it. Gives what ends it.
 */
export function watchFolders(options: WatchFoldersOptions): () => void {
  const { folders, onChange, pollMs, watcher = systemWatcher } = options;
  let running = false;
  let again = false;

  const look = (): void => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    again = false;
    void onChange()
      .catch(() => undefined)
      .then(() => {
        running = false;
        if (again) look();
      });
  };

  const watching = [...new Set(folders)].map((folder) => watcher(folder, look));
  const poll = setInterval(look, pollMs).unref();
  // What changed before the watch began is seen now.
  look();
  return () => {
    again = false;
    clearInterval(poll);
    for (const each of watching) each.close();
  };
}
