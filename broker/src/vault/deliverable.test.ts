import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '@mesitis/kube';
import type { SecretKeys } from '@mesitis/offering';
import { deliverable } from './deliverable.js';

const NAME = 'Vault path "secret/app"';

describe('what of a secret is delivered', () => {
  test.each<[string, JsonObject, SecretKeys | undefined, JsonObject]>([
    ['everything', { a: 'x', n: 1.5, t: false }, undefined, { a: 'x', n: 1.5, t: false }],
    [
      'lists and objects as JSON text',
      { l: [1, 'a'], o: { p: null } },
      undefined,
      { l: '[1,"a"]', o: '{"p":null}' },
    ],
    ['no null', { a: 'x', b: null }, undefined, { a: 'x' }],
    ['an empty text', { a: '' }, undefined, { a: '' }],
    ['the chosen keys, renamed', { a: 'x', b: 'y', c: 'z' }, { a: 'A', b: 'b' }, { A: 'x', b: 'y' }],
    ['an odd key under another name', { 'my key': 'x' }, { 'my key': 'my-key' }, { 'my-key': 'x' }],
  ])('%s', (_what, values, keys, delivered) => {
    expect(deliverable(values, keys, NAME)).toEqual(delivered);
  });

  test.each<[string, JsonObject, SecretKeys | undefined, string]>([
    [
      'a key that is not there',
      { a: 'x' },
      { b: 'b' },
      `${NAME} has no key "b"; ask the provider to add it or to correct credentialdata.keys`,
    ],
    [
      'a key that is null',
      { b: null },
      { b: 'b' },
      `${NAME} has no key "b"; ask the provider to add it or to correct credentialdata.keys`,
    ],
    [
      'a key of every object',
      { a: 'x' },
      { constructor: 'b' },
      `${NAME} has no key "constructor"; ask the provider to add it or to correct credentialdata.keys`,
    ],
    [
      'two keys under one name',
      { a: 'x', b: 'y' },
      { a: 'c', b: 'c' },
      `two keys of ${NAME} are delivered as "c"; ask the provider to correct credentialdata.keys`,
    ],
    [
      'a key that no Secret can hold',
      { 'a/b': 'x' },
      undefined,
      `${NAME} has the key "a/b", which can not be delivered; ask the provider to rename it with credentialdata.keys to letters, digits, "-", "_" and "."`,
    ],
    [
      'nothing at all',
      {},
      undefined,
      `${NAME} holds nothing to deliver; ask the provider to write the secret`,
    ],
  ])('%s is refused', (_what, values, keys, message) => {
    expect(() => deliverable(values, keys, NAME)).toThrow(
      expect.objectContaining({ code: 'OfferingMisconfigured', message }),
    );
  });
});
