import { readFile, writeFile } from 'node:fs/promises';
import { withReference } from './command-reference.js';
import { helpOf } from './help-of.js';

/** Writes the reference of the commands into docs/kubectl-mesitis.md. */
const page = new URL('../../../docs/kubectl-mesitis.md', import.meta.url);
const text = await readFile(page, 'utf8');
await writeFile(page, await withReference(text, helpOf));
