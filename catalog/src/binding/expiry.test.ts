import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '@mesitis/kube';
import { asBinding } from '../model/objects.js';
import { object } from '../testing/harness.js';
import { expiryIn, OVERLAP_ANNOTATION, overlapOf, withExpiry } from './expiry.js';

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 0, 1);

describe('the end of credentials', () => {
  test.each<[string, JsonObject, object]>([
    [
      'is told with fractions of seconds, and kept without',
      { expires_at: '2026-01-01T09:00:00.0Z', renew_before: '2026-01-01T06:00:00.5Z' },
      { credentialsExpireAt: '2026-01-01T09:00:00Z', renewBefore: '2026-01-01T06:00:00Z' },
    ],
    ['is not told', {}, {}],
    ['is no time', { expires_at: 'soon', renew_before: 5 }, {}],
  ])('%s', (_case, metadata, expected) => {
    expect(expiryIn({ type: 'answer', status: 200, body: { metadata } })).toEqual(expected);
  });

  test.each([
    ['two thirds of the time that is left', '2026-01-01T09:00:00Z', '2026-01-01T06:00:00Z'],
    ['a minute from now, however soon they end', '2026-01-01T00:00:30Z', '2026-01-01T00:01:00Z'],
    ['a minute from now when they have ended', '2025-01-01T00:00:00Z', '2026-01-01T00:01:00Z'],
  ])('makes new ones due at %s', (_case, credentialsExpireAt, rotateAt) => {
    expect(withExpiry({}, { credentialsExpireAt }, NOW)).toEqual({ credentialsExpireAt, rotateAt });
  });

  test('is forgotten where the new ones have none', () => {
    const status = { credentialsExpireAt: '2026-01-01T09:00:00Z', rotateAt: '2026-01-01T06:00:00Z' };
    expect(withExpiry(status, {}, NOW)).toEqual({});
  });
});

test.each<[string | undefined, number]>([
  [undefined, HOUR_MS],
  ['90s', 90_000],
  ['0', 0],
  ['a while', HOUR_MS],
  ['-5m', HOUR_MS],
  ['99999999999h', 366 * 24 * HOUR_MS],
])('an overlap of %p is %i ms', (text, expected) => {
  const binding = object('ServiceBinding', 'b', {});
  const annotations = text === undefined ? {} : { [OVERLAP_ANNOTATION]: text };
  expect(overlapOf(asBinding({ ...binding, metadata: { ...binding.metadata, annotations } }))).toBe(expected);
});
