import { describe, expect, it } from '@jest/globals';
import { humanDuration } from './age.js';
import { valueAt } from './json-path.js';
import { wantsTable } from './table.js';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

describe('an age', () => {
  it.each([
    [0, '0s'],
    [119 * SECOND, '119s'],
    [130 * SECOND, '2m10s'],
    [300 * SECOND, '5m'],
    [HOUR, '60m'],
    [3.5 * HOUR, '3h30m'],
    [30 * HOUR, '30h'],
    [50 * HOUR, '2d2h'],
    [24 * 30 * HOUR, '30d'],
    [24 * 800 * HOUR, '2y70d'],
    [24 * 365 * 9 * HOUR, '9y'],
    [-5 * SECOND, '0s'],
  ])('of %d ms prints as %s', (milliseconds, expected) => {
    expect(humanDuration(milliseconds)).toBe(expected);
  });
});

describe('a JSON path', () => {
  const object = {
    spec: { url: 'http://x', 'a.b': 1 },
    status: { conditions: [{ type: 'Ready', status: 'True' }, { type: 'Failed' }] },
  };
  it.each([
    ['.spec.url', 'http://x'],
    ['.spec.a\\.b', 1],
    [".spec['a.b']", 1],
    ['.status.conditions[1].type', 'Failed'],
    ['.status.conditions[*].type', 'Ready'],
    ['.status.conditions[?(@.type=="Ready")].status', 'True'],
    ['.status.conditions[?(@.type=="Absent")].status', undefined],
    ['.spec.url.deeper', undefined],
  ])('%s finds %j', (path, expected) => {
    expect(valueAt(object, path)).toBe(expected);
  });
});

describe('an Accept header', () => {
  it.each([
    ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', true],
    ['application/json', false],
    ['application/json,application/json;as=Table;v=v1;g=meta.k8s.io', false],
    [undefined, false],
  ])('%s asks for a Table: %s', (accept, expected) => {
    expect(wantsTable(accept)).toBe(expected);
  });
});
