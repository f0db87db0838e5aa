import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../port.js';
import { decideLease, observe, releasedLease } from './decide-lease.js';
import type { Candidate, LeaseDecision, Observation } from './decide-lease.js';

const DATE = new Date('2026-01-02T03:04:05.678Z');
const WRITTEN = '2026-01-02T03:04:05.678000Z';
const LONG_AGO = '2001-01-01T00:00:00.000000Z';
const FAR_AHEAD = '2101-01-01T00:00:00.000000Z';

function candidate(now: number, identity = 'me'): Candidate {
  return { identity, namespace: 'ns', name: 'lease', durationMs: 15_000, now, date: DATE };
}

function lease(spec?: Record<string, unknown>): KubeObject {
  const metadata = { namespace: 'ns', name: 'lease', uid: 'u', resourceVersion: '7' };
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, ...(spec && { spec }) };
}

const THEIRS = {
  holderIdentity: 'other',
  leaseDurationSeconds: 20,
  acquireTime: LONG_AGO,
  renewTime: LONG_AGO,
  leaseTransitions: 3,
};

describe('a Lease', () => {
  test.each<[string, Observation, number, LeaseDecision['type'] | { until: number }]>([
    ['that is not there is taken', { lease: undefined, since: 0 }, 0, 'acquire'],
    ['that nobody ever held is taken', { lease: lease(), since: 0 }, 0, 'acquire'],
    [
      'that was given back is taken',
      { lease: lease({ ...THEIRS, holderIdentity: '' }), since: 0 },
      0,
      'acquire',
    ],
    ['whose holder is null is taken', { lease: lease({ holderIdentity: null }), since: 0 }, 0, 'acquire'],
    ['of somebody else is left alone', { lease: lease(THEIRS), since: 1_000 }, 1_000, { until: 21_000 }],
    ['is left alone until its last moment', { lease: lease(THEIRS), since: 0 }, 19_999, { until: 20_000 }],
    [
      'is taken once its holder was silent for as long as it said',
      { lease: lease(THEIRS), since: 0 },
      20_000,
      'acquire',
    ],
    [
      'of a holder whose clock is behind is left alone all the same',
      { lease: lease({ ...THEIRS, renewTime: LONG_AGO }), since: 0 },
      19_999,
      { until: 20_000 },
    ],
    [
      'of a holder whose clock is ahead is taken all the same',
      { lease: lease({ ...THEIRS, renewTime: FAR_AHEAD }), since: 0 },
      20_000,
      'acquire',
    ],
    [
      'that says no duration has the candidate’s',
      { lease: lease({ ...THEIRS, leaseDurationSeconds: null }), since: 0 },
      0,
      { until: 15_000 },
    ],
    ['of our own is renewed', { lease: lease({ ...THEIRS, holderIdentity: 'me' }), since: 0 }, 5, 'renew'],
    [
      'of our own is renewed, however late',
      { lease: lease({ ...THEIRS, holderIdentity: 'me' }), since: 0 },
      1e9,
      'renew',
    ],
  ])('%s', (_name, observation, now, expected) => {
    const decision = decideLease(observation, candidate(now));
    const wanted = typeof expected === 'string' ? { type: expected } : { type: 'wait', ...expected };
    expect(decision).toMatchObject(wanted);
  });
});

describe('what is written', () => {
  const written = (observation: Observation): KubeObject | undefined => {
    const decision = decideLease(observation, candidate(1e9));
    return decision.type === 'wait' ? undefined : decision.lease;
  };

  test('creates the Lease', () => {
    expect(written({ lease: undefined, since: 0 })).toEqual({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace: 'ns', name: 'lease' },
      spec: {
        holderIdentity: 'me',
        leaseDurationSeconds: 15,
        acquireTime: WRITTEN,
        renewTime: WRITTEN,
        leaseTransitions: 0,
      },
    });
  });

  test('takes the Lease over in the version that was read, and counts that', () => {
    expect(written({ lease: lease({ ...THEIRS, preferredHolder: 'x' }), since: 0 })).toEqual(
      lease({
        holderIdentity: 'me',
        leaseDurationSeconds: 15,
        acquireTime: WRITTEN,
        renewTime: WRITTEN,
        leaseTransitions: 4,
        preferredHolder: 'x',
      }),
    );
  });

  test('renews it since when it is held', () => {
    const mine = { ...THEIRS, holderIdentity: 'me' };
    expect(written({ lease: lease(mine), since: 0 })).toEqual(
      lease({ ...mine, leaseDurationSeconds: 15, renewTime: WRITTEN }),
    );
  });

  test('gives it back, for the next one to take at once', () => {
    const released = releasedLease(lease(THEIRS), DATE);
    expect(released).toEqual(
      lease({ ...THEIRS, holderIdentity: '', leaseDurationSeconds: 1, renewTime: WRITTEN }),
    );
    expect(decideLease(observe(undefined, released, 0), candidate(0)).type).toBe('acquire');
  });
});

describe('an observation', () => {
  test('counts from the moment at which the holder wrote something new', () => {
    const first = observe(undefined, lease(THEIRS), 100);
    expect(first.since).toBe(100);
    const relabelled = lease(THEIRS);
    relabelled.metadata.resourceVersion = '8';
    expect(observe(first, relabelled, 200)).toEqual({ lease: relabelled, since: 100 });
    expect(observe(first, lease({ ...THEIRS, renewTime: FAR_AHEAD }), 200).since).toBe(200);
  });

  test('starts anew when the Lease was made anew or went away', () => {
    const first = observe(undefined, lease(THEIRS), 100);
    const another = lease(THEIRS);
    another.metadata.uid = 'v';
    expect(observe(first, another, 200).since).toBe(200);
    expect(observe(first, undefined, 200).since).toBe(200);
  });
});
