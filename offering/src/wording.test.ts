import { describe, expect, it } from '@jest/globals';
import { childPath, configMapPath, formatPath, payloadPath } from './path.js';
import { listing, nearest, quote } from './wording.js';

describe('a message', () => {
  it('quotes values on one line, and cuts long ones', () => {
    expect(quote('a\n"b"')).toBe('"a\\n\\"b\\""');
    expect(quote('x'.repeat(1_000))).toHaveLength(63);
  });

  it('lists words', () => {
    expect([listing([]), listing(['a']), listing(['a', 'b']), listing(['a', 'b', 'c'], 'or')]).toEqual([
      '',
      'a',
      'a and b',
      'a, b or c',
    ]);
  });

  it.each([
    ['versoin', 'version'],
    ['VERSIONS', 'version'],
    ['whitlist', 'whitelist'],
    ['tag', 'tags'],
    ['colour', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ])('takes %j for %j', (word, meant) => {
    expect(nearest(word, ['version', 'whitelist', 'tags', 'uuid'])).toBe(meant);
  });
});

describe('a path', () => {
  it.each([
    [configMapPath('metadata', 'labels', 'mesitis/order'), 'metadata.labels["mesitis/order"]'],
    [payloadPath('wrapped-resource'), 'data.wrapped-resource'],
    [
      childPath(childPath(childPath(childPath(payloadPath('wrapped-resource'), 'spec'), 'ports'), 0), 'port'),
      'data.wrapped-resource: spec.ports[0].port',
    ],
    [childPath(payloadPath('embedded-resource'), 'a "b"\n'), 'data.embedded-resource: ["a \\"b\\"\\n"]'],
    [childPath(configMapPath(), 'x'.repeat(1_000)), `["${'x'.repeat(80)}…"]`],
  ])('is written for people', (path, text) => {
    expect(formatPath(path)).toBe(text);
  });
});
