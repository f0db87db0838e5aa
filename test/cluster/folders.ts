import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The repository's root: the nearest folder above this file that holds the lockfile. Found by looking because the
 * sources run from two depths, `test/cluster` under jest and `test/dist/cluster` when compiled.
 */
export function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package-lock.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('No package-lock.json above the tests; run them from a checkout.');
    folder = parent;
  }
  return folder;
}

/** The folder where `name` is kept between runs, by the XDG base directory rules. Not created. */
export function cacheFolder(name: string, environment: NodeJS.ProcessEnv = process.env): string {
  // An empty or relative XDG_CACHE_HOME counts as unset (XDG Base Directory Specification, "Basics" and 0.8).
  const configured = environment['XDG_CACHE_HOME'];
  const base = configured?.startsWith('/') ? configured : join(environment['HOME'] ?? homedir(), '.cache');
  return join(base, 'mesitis', name);
}
