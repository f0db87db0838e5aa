import { WORDS } from '../instance/words.js';
import { findCondition } from '../model/conditions.js';
import type { InstanceStatus } from '../model/objects.js';
import type { Refusal } from './kinds.js';

/** Why an instance is not ready while its broker works: the request is under way, or was accepted. */
const AT_WORK = Object.values(WORDS).flatMap(({ inFlight, asynchronous }) => [
  inFlight.reason,
  asynchronous.reason,
]);

/**
 * While the broker carries out what was asked for, nobody else can ask for more: who the broker is told of is who asked
 * for what it does (service-catalog.md section 1.6, "Locking"). What waits to be tried again after an error, or is being
 * taken back, is open to correction, which the archived webhook refused as well. Pure.
 * @param status before the write
 */
export function checkLock(status: InstanceStatus | undefined): Refusal[] {
  const reason = status && findCondition(status, 'Ready')?.reason;
  if (reason === undefined || !AT_WORK.includes(reason) || status?.orphanMitigationInProgress === true)
    return [];
  return [
    {
      rule: 'locked',
      path: 'spec',
      message:
        'Forbidden: Another update for this service instance is in progress; wait until that is over, then apply this again',
      code: 403,
    },
  ];
}
