import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { COMMANDS } from '@mesitis/kubectl-plugin';
import { repositoryRoot } from '../cluster/folders.js';
import { CHAPTERS } from './pictures.js';
import { terminalPage } from './photographer.js';

// When it fails: make terminal
test('docs/terminal.md shows what the plugin shows', async () => {
  const page = await readFile(join(repositoryRoot(), 'docs', 'terminal.md'), 'utf8');
  expect(await terminalPage()).toBe(page);
});

test('every command has a picture, except those that print what the machine decides', () => {
  const pictured = CHAPTERS.flatMap(({ typed }) => typed.map(({ line }) => line.split(' ', 1)[0]));
  const missing = Object.keys(COMMANDS).filter((command) => !pictured.includes(command));
  expect(missing).toEqual(['completion', 'version']);
});
