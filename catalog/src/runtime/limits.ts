import type { RetryLimits } from './retry-ledger.js';

/** Between attempts at a call that a broker refused or did not answer (service-catalog.md section 0). */
export const BROKER_RETRIES: RetryLimits = { firstMs: 1_000, longestMs: 1_200_000 };

/** Between looks at a last operation. The archived controller went up to 20 minutes, which is how long people waited. */
export const OPERATION_POLLS: RetryLimits = { firstMs: 1_000, longestMs: 60_000 };
