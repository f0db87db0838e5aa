import { isUtf8 } from 'node:buffer';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Source } from './config-maps-in.js';

/** Files that were read, and what could not be, a sentence each. */
export interface Sources {
  sources: Source[];
  unusable: string[];
}

/**
 * Reads what a person named: files, folders (every .yaml, .yml and .json in them and below, in the order of their names;
 * what begins with a dot, node_modules and links to folders are passed over), and `-`, standard input. Never rejects for
 * a file: what can be read is read.
 */
export async function readSources(
  names: readonly string[],
  readInput: () => Promise<string>,
): Promise<Sources> {
  const sources: Source[] = [];
  const unusable: string[] = [];
  const attempt = async (name: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      unusable.push(`${name}: can't be read: ${(error as Error).message}`);
    }
  };
  const readFolder = (folder: string): Promise<void> =>
    attempt(folder, async () => {
      const entries = await readdir(folder, { withFileTypes: true });
      for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
        if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
        const path = join(folder, entry.name);
        if (entry.isDirectory()) await readFolder(path);
        else if (/\.(ya?ml|json)$/.test(entry.name)) await readOne(path);
      }
    });
  const readOne = (file: string): Promise<void> =>
    attempt(file, async () => {
      const bytes = await readFile(file);
      sources.push({ file, text: bytes.toString('utf8'), isUtf8: isUtf8(bytes) && !bytes.includes(0) });
    });
  for (const name of names) {
    if (name === '-')
      await attempt(name, async () => void sources.push({ file: name, text: await readInput() }));
    else
      await attempt(name, async () => ((await stat(name)).isDirectory() ? readFolder(name) : readOne(name)));
  }
  return { sources, unusable };
}
