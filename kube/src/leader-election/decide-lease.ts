import type { KubeObject } from '../port.js';

/** The Lease as it was read, and since when it has looked so to us. Undefined when there is none. */
export interface Observation {
  lease: KubeObject | undefined;
  /** On our own clock, milliseconds. */
  since: number;
}

/** Who asks, and when. */
export interface Candidate {
  /** Nobody else who may run at the same time has it. */
  identity: string;
  /** Names the Lease, for the case that there is none. */
  namespace: string;
  name: string;
  /** How long a holder may be silent before another takes over. */
  durationMs: number;
  /** On the clock that {@link Observation.since} is on, milliseconds. */
  now: number;
  /** What is written as time for people to read; nobody decides by it. */
  date: Date;
}

/**
 * What to do about the Lease: write this one because it is free, or because it is ours; or leave it to its holder, who
 * is not gone before that moment. A Lease without a version is to be created, another one to replace what was read.
 */
export type LeaseDecision =
  | { type: 'acquire'; lease: KubeObject }
  | { type: 'renew'; lease: KubeObject }
  | { type: 'wait'; until: number };

/** `spec` of a coordination.k8s.io/v1 Lease. */
interface LeaseSpec {
  holderIdentity?: string | null;
  leaseDurationSeconds?: number | null;
  acquireTime?: string | null;
  renewTime?: string | null;
  leaseTransitions?: number | null;
}

/** Takes in what was just read. The time counts from the moment at which the holder wrote something new. */
export function observe(
  before: Observation | undefined,
  lease: KubeObject | undefined,
  now: number,
): Observation {
  const isSame = before !== undefined && fingerprint(before.lease) === fingerprint(lease);
  return { lease, since: isSame ? before.since : now };
}

/**
 * Whether to take the Lease, to renew it, or to wait. Other machines' clocks don't count: a holder is gone when we have
 * watched it do nothing for as long as it said, whatever time it wrote. So whoever has just started waits that long
 * once, unless the Lease is free or its own.
 */
export function decideLease({ lease, since }: Observation, candidate: Candidate): LeaseDecision {
  const { identity, now, durationMs } = candidate;
  if (lease === undefined) return { type: 'acquire', lease: newLease(candidate) };
  const spec = specOf(lease);
  const holder = spec.holderIdentity ?? '';
  if (holder === identity) return { type: 'renew', lease: held(lease, candidate) };
  const seconds = spec.leaseDurationSeconds ?? 0;
  const until = since + (seconds > 0 ? seconds * 1000 : durationMs);
  if (holder !== '' && now < until) return { type: 'wait', until };
  return { type: 'acquire', lease: held(lease, candidate) };
}

/** The Lease given back: whoever reads it may take it at once. */
export function releasedLease(lease: KubeObject, date: Date): KubeObject {
  const spec: LeaseSpec = {
    ...specOf(lease),
    holderIdentity: '',
    // The API wants a positive one.
    leaseDurationSeconds: 1,
    renewTime: microTime(date),
  };
  return { ...lease, spec };
}

function newLease(candidate: Candidate): KubeObject {
  const { namespace, name } = candidate;
  const bare = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name } };
  return held(bare, candidate);
}

function held(lease: KubeObject, { identity, durationMs, date }: Candidate): KubeObject {
  const before = specOf(lease);
  const isOurs = before.holderIdentity === identity;
  const isNew = before.holderIdentity === undefined;
  const spec: LeaseSpec = {
    ...before,
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(durationMs / 1000),
    acquireTime: isOurs ? (before.acquireTime ?? microTime(date)) : microTime(date),
    renewTime: microTime(date),
    leaseTransitions: (before.leaseTransitions ?? 0) + (isOurs || isNew ? 0 : 1),
  };
  return { ...lease, spec };
}

function fingerprint(lease: KubeObject | undefined): string {
  return lease === undefined ? '' : JSON.stringify([lease.metadata.uid, lease['spec']]);
}

function specOf(lease: KubeObject): LeaseSpec {
  return lease['spec'] ?? {};
}

/** A MicroTime has six digits, no more and no less. */
function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
