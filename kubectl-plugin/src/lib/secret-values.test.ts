import { parseEnv } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { secret } from '../testing/objects.js';
import { secretEnvironment, secretTable, secretValues } from './secret-values.js';

describe('secret values', () => {
  const binary = { ...secret('s', {}), data: { cert: Buffer.from([0xff, 0xfe]).toString('base64') } };

  test('never print bytes that are no text', () => {
    expect(secretTable(secretValues(binary), true)).toBe('KEY    VALUE\ncert   <binary, 2 bytes>\n');
  });

  test('are left out of an environment that cannot hold them', () => {
    expect(secretEnvironment(secretValues(binary), 'env')).toEqual({ lines: '', left: ['cert'] });
  });

  test('do not overwrite each other under one name', () => {
    const values = secretValues(secret('s', { 'a-b': '1', 'a.b': '2', '1st': '3' }));
    const { lines, left } = secretEnvironment(values, 'env');
    expect(lines).toBe("export _1st='3'\nexport a_b='1'\n");
    expect(left).toEqual(['a.b']);
  });

  test('come back from a .env file as they were, or are left out', () => {
    const data = {
      plain: 'a b #c',
      lines: 'one\ntwo\\n$HOME',
      quote: "it's",
      both: `it's "$5"`,
      every: '\'"`',
      carriage: 'a\r\nb',
    };
    const { lines, left } = secretEnvironment(secretValues(secret('s', data)), 'dotenv');
    const { plain, quote, both } = data;
    expect(parseEnv(lines)).toEqual({ plain, lines: data.lines, quote, both });
    expect(left).toEqual(['carriage', 'every']);
  });

  test('escape what could play tricks on a terminal', () => {
    const values = secretValues(secret('s', { key: 'a\u001B[2Jb\u009b' }));
    expect(secretTable(values, true)).toContain('a\\x1b[2Jb\\x9b');
  });

  test('of a Secret without data are none', () => {
    expect(secretValues({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } })).toEqual([]);
  });
});
