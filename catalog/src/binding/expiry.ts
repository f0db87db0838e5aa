import type { Json, JsonObject } from '@mesitis/kube';
import { findCondition, timestamp, withLeadingCondition, withoutCondition } from '../model/conditions.js';
import { parseDuration } from '../model/duration.js';
import type { BindingStatus, ServiceBinding } from '../model/objects.js';
import { withoutFields } from '../model/without-fields.js';
import { objectBody } from '../osb/osb.js';
import type { OsbResult } from '../osb/osb.js';

/** When credentials end, as their broker says; RFC 3339. */
export type Expiry = Pick<BindingStatus, 'credentialsExpireAt' | 'renewBefore'>;

/** OSB `metadata.expires_at` and `renew_before` of an answer with credentials. */
export function expiryIn(result: OsbResult): Expiry {
  const metadata = asObject(objectBody(result)?.['metadata']);
  const credentialsExpireAt = moment(metadata?.['expires_at']);
  const renewBefore = moment(metadata?.['renew_before']);
  return {
    ...(credentialsExpireAt === undefined ? {} : { credentialsExpireAt }),
    ...(renewBefore === undefined ? {} : { renewBefore }),
  };
}

/** The moment by which there have to be new credentials, in milliseconds since the epoch; undefined when they don't end. */
export function deadlineOf({ credentialsExpireAt, renewBefore }: Expiry): number | undefined {
  const text = renewBefore ?? credentialsExpireAt;
  return text === undefined ? undefined : Date.parse(text);
}

/** Whether the credentials in use have ended. */
export function hasExpired({ credentialsExpireAt }: Expiry, now: number): boolean {
  return credentialsExpireAt !== undefined && Date.parse(credentialsExpireAt) <= now;
}

/** The type of the condition that says that the credentials have ended before there were others. */
export const EXPIRED = 'Expired';

/** However soon credentials end, new ones are not asked for all the time. */
const LEAST_AGE_MS = 60_000;

/**
 * The status with what a broker said about the end of the credentials, which are those of now. New ones are due when two
 * thirds of the time are over: the last third is for failures, and for those who still use the old ones.
 */
export function withExpiry(status: BindingStatus, expiry: Expiry, now: number): BindingStatus {
  const known = findCondition(status, EXPIRED) === undefined ? status : withoutCondition(status, EXPIRED);
  const rest = withoutFields(known, 'credentialsExpireAt', 'renewBefore', 'rotateAt');
  const deadline = deadlineOf(expiry);
  if (deadline === undefined) return rest;
  const age = Math.max(((deadline - now) * 2) / 3, LEAST_AGE_MS);
  return { ...rest, ...expiry, rotateAt: timestamp(now + age) };
}

/** The status that says that the credentials have ended; in front, where svcat does not look. */
export function expired(status: BindingStatus, now: number): BindingStatus {
  const reason = 'CredentialsExpired';
  const message = `The credentials ended at ${status.credentialsExpireAt ?? ''}, as the broker had said, and there are no others yet`;
  return withLeadingCondition(status, { type: EXPIRED, status: 'True', reason, message }, now);
}

/** How long the old credentials stay valid beside the new ones; a Go duration. */
export const OVERLAP_ANNOTATION = 'mesitis/rotation-overlap';

const DEFAULT_OVERLAP_MS = 3_600_000;
/** A year: more would be a slip, and a time that no calendar has. */
const LONGEST_OVERLAP_MS = 366 * 24 * 3_600_000;

/** Milliseconds from a rotation until the predecessor is taken back. */
export function overlapOf({ metadata }: ServiceBinding): number {
  const text = metadata.annotations?.[OVERLAP_ANNOTATION];
  const wanted = text === undefined ? undefined : parseDuration(text);
  return Math.min(wanted ?? DEFAULT_OVERLAP_MS, LONGEST_OVERLAP_MS);
}

function moment(value: Json | undefined): string | undefined {
  const milliseconds = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(milliseconds) ? undefined : timestamp(milliseconds);
}

function asObject(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}
