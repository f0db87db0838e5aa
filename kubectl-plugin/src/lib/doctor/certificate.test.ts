import { expect, test } from '@jest/globals';
import { base64, CERTIFICATE } from '../../testing/cluster-state.js';
import { readBundle } from './certificate.js';

const at = (day: string): number => Date.parse(`${day}T00:00:00Z`);

test.each([
  ['2025-11-30', { kind: 'early', from: at('2025-12-01') }],
  ['2025-12-01', { kind: 'valid', until: at('2026-12-01') }],
  ['2026-11-30', { kind: 'valid', until: at('2026-12-01') }],
  ['2026-12-01', { kind: 'expired', until: at('2026-12-01') }],
])('a bundle of two certificates on %s', (day, expected) => {
  expect(readBundle(base64(`${CERTIFICATE}\n${CERTIFICATE}\n`), at(day))).toEqual(expected);
});

test('no bundle', () => expect(readBundle(undefined, 0)).toEqual({ kind: 'empty' }));
