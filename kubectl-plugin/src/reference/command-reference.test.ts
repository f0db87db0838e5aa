import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { COMMANDS } from '../commands/index.js';
import { withReference } from './command-reference.js';
import { helpOf } from './help-of.js';

const page = (): Promise<string> =>
  readFile(new URL('../../../docs/kubectl-mesitis.md', import.meta.url), 'utf8');

// When it fails: npm run reference --workspace kubectl-plugin
test('docs/kubectl-mesitis.md has the help of every command as it is', async () => {
  const text = await page();
  expect(await withReference(text, helpOf)).toBe(text);
});

test('docs/kubectl-mesitis.md has a chapter on every command', async () => {
  const chapters = [...(await page()).matchAll(/^## ([a-z]+)/gm)].map(([, name]) => name);
  const missing = Object.keys(COMMANDS).filter((name) => !chapters.includes(name));
  expect(missing).toEqual([]);
});

test('a page without the place for it is refused', async () => {
  await expect(withReference('# Page', () => Promise.resolve(''))).rejects.toThrow('has to have the lines');
});
