import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../cluster/folders.js';
import { readProofs } from './proofs.js';
import { RULE_GROUPS } from './rules.js';
import { renderTable } from './table.js';

// `make conformance-table`
const page = join(repositoryRoot(), 'docs', 'osb-conformance.md');
await writeFile(page, renderTable(RULE_GROUPS, await readProofs()));
