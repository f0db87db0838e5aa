import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repositoryRoot } from '../cluster/folders.js';
import { proofsOf, readProofs } from './proofs.js';
import { RULE_GROUPS, RULES } from './rules.js';
import { renderTable } from './table.js';

describe('the table', () => {
  test('has every rule once', () => {
    const ids = RULES.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  test('has a test for every rule', async () => {
    const proved = new Set((await readProofs()).flatMap(({ rules }) => rules));
    expect(RULES.map(({ id }) => id).filter((id) => !proved.has(id))).toEqual([]);
  });

  test('has the rules of every test', async () => {
    const known = new Set(RULES.map(({ id }) => id));
    const numbered = (await readProofs()).filter(({ file }) => file !== 'table');
    expect(numbered.filter(({ rules }) => rules.length === 0)).toEqual([]);
    expect(numbered.flatMap(({ rules }) => rules).filter((id) => !known.has(id))).toEqual([]);
  });

  test('is the one that is committed; otherwise run `make conformance-table`', async () => {
    const page = await readFile(join(repositoryRoot(), 'docs', 'osb-conformance.md'), 'utf8');
    expect(page).toBe(renderTable(RULE_GROUPS, await readProofs()));
  });
});

describe('a title', () => {
  test.each([
    ["test('P1 answers', async () => {})", [{ rules: ['P1'], title: 'answers' }]],
    ["test.each([[1]])('B7 B8 has %d of $kind', () => {})", [{ rules: ['B7', 'B8'], title: 'has … of …' }]],
    ["test.each([[1]])('X1 answers %s %s with: %j', () => {})", [{ rules: ['X1'], title: 'answers … with' }]],
    ["describe('x', () => { test('names none', () => {}); })", [{ rules: [], title: 'names none' }]],
    ["latest('P1 is no test', () => {})", []],
  ])('is read from %s', (source, expected) => {
    expect(proofsOf('file', source)).toEqual(expected.map((proof) => ({ file: 'file', ...proof })));
  });
});
