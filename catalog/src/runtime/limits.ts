import { textField } from '../osb/osb.js';
import type { OsbResult } from '../osb/osb.js';
import type { RetryLimits } from './retry-ledger.js';

/** Between attempts at a call that a broker refused (service-catalog.md section 0). */
export const BROKER_RETRIES: RetryLimits = { firstMs: 1_000, longestMs: 1_200_000 };

/**
 * Between attempts while something is missing that will be put right without telling us: a broker that is down, a
 * Secret that is not there yet. Whoever put it right is waiting, and asking costs little.
 */
export const OUTAGE_RETRIES: RetryLimits = { firstMs: 1_000, longestMs: 60_000 };

/** Between looks at a last operation. The archived controller went up to 20 minutes, which is how long people waited. */
export const OPERATION_POLLS: RetryLimits = { firstMs: 1_000, longestMs: 60_000 };

/** Bad credentials, and what a proxy says for a broker that is not there. */
const OUTAGE_STATUSES: readonly number[] = [401, 429, 502, 503, 504];

/** A broker that is busy with another operation, or whose catalog is newer than what we know: both pass. */
const PASSING_ERRORS: readonly (string | undefined)[] = ['ConcurrencyError', 'MaintenanceInfoConflict'];

/** How to space out attempts after this result. */
export function retryLimitsAfter(result: OsbResult): RetryLimits {
  const refused =
    result.type === 'answer' &&
    !OUTAGE_STATUSES.includes(result.status) &&
    !(result.status === 422 && PASSING_ERRORS.includes(textField(result, 'error')));
  return refused ? BROKER_RETRIES : OUTAGE_RETRIES;
}
