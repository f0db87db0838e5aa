import { describe, expect, test } from '@jest/globals';
import { findCondition, withConditions, withoutCondition } from './conditions.js';
import type { Conditioned } from './conditions.js';
import { parseDuration } from './duration.js';
import { sha224 } from './labels.js';

const AT_NOON = Date.UTC(2026, 0, 1, 12);
const LATER = AT_NOON + 5_400;

describe('withConditions', () => {
  const ready = { type: 'Ready', status: 'False', reason: 'Waiting', message: 'm' } as const;

  test('appends a new type and shows the last one', () => {
    const status = withConditions({}, [ready, { ...ready, type: 'Failed', status: 'True' }], AT_NOON);
    expect(status).toEqual({
      conditions: [
        { ...ready, lastTransitionTime: '2026-01-01T12:00:00Z' },
        { ...ready, type: 'Failed', status: 'True', lastTransitionTime: '2026-01-01T12:00:00Z' },
      ],
      lastConditionState: 'Failed',
    });
  });

  test('changes a known type in place and its time only with its status', () => {
    const before = withConditions<Conditioned>({}, [ready, { ...ready, type: 'Failed' }], AT_NOON);
    const reasoned = withConditions(before, [{ ...ready, reason: 'Still' }], LATER);
    expect(findCondition(reasoned, 'Ready')).toEqual({
      ...ready,
      reason: 'Still',
      lastTransitionTime: '2026-01-01T12:00:00Z',
    });
    const turned = withConditions(reasoned, [{ ...ready, status: 'True' }], LATER);
    expect(turned.conditions?.[0]).toMatchObject({
      type: 'Ready',
      lastTransitionTime: '2026-01-01T12:00:05Z',
    });
  });

  test('forgets a type', () => {
    const status = withoutCondition(withConditions({}, [ready], AT_NOON), 'Ready');
    expect(status).toEqual({ conditions: [], lastConditionState: '' });
  });
});

test.each([
  ['15m0s', 900_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1_500],
  ['300ms', 300],
  ['0', 0],
  ['15', undefined],
  ['', undefined],
  ['1h nonsense', undefined],
  ['-1s', undefined],
])('reads the Go duration %j as %j ms', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test('hashes a label value as existing installations do', () => {
  expect(sha224('sync-service')).toBe('a81c0aab77133edd47459be30176a05e42a801ac445b3be1c009ae3d');
});
