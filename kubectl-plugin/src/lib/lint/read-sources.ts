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
 * what begins with a dot and node_modules are passed over), and `-`, standard input. Never rejects for a file.
 */
export async function readSources(
  names: readonly string[],
  readInput: () => Promise<string>,
): Promise<Sources> {
  const sources: Source[] = [];
  const unusable: string[] = [];
  for (const name of names) {
    try {
      for (const file of name === '-' ? ['-'] : await filesIn(name)) {
        sources.push({ file, text: file === '-' ? await readInput() : await readFile(file, 'utf8') });
      }
    } catch (error) {
      unusable.push(`${name}: can't be read: ${(error as Error).message}`);
    }
  }
  return { sources, unusable };
}

async function filesIn(name: string): Promise<string[]> {
  if (!(await stat(name)).isDirectory()) return [name];
  const entries = await readdir(name, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    if (entry.isDirectory()) files.push(...(await filesIn(join(name, entry.name))));
    else if (/\.(ya?ml|json)$/.test(entry.name)) files.push(join(name, entry.name));
  }
  return files;
}
