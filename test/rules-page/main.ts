import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rulesPage } from '@mesitis/offering/rule-examples';
import { repositoryRoot } from '../cluster/folders.js';

// `make rules`
await writeFile(join(repositoryRoot(), 'docs', 'rules.md'), rulesPage());
