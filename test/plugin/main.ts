import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../cluster/folders.js';
import { terminalPage } from './photographer.js';

/** Writes docs/terminal.md; run in the root of the repository, whose examples are linted. */
await writeFile(join(repositoryRoot(), 'docs', 'terminal.md'), await terminalPage());
