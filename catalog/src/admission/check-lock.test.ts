import { expect, test } from '@jest/globals';
import type { InstanceStatus } from '../model/objects.js';
import { checkLock } from './check-lock.js';

const because = (reason: string, more: InstanceStatus = {}): InstanceStatus => ({
  currentOperation: 'Provision',
  conditions: [{ type: 'Ready', status: 'False', reason, message: '', lastTransitionTime: '' }],
  ...more,
});

test.each<[string, InstanceStatus | undefined, boolean]>([
  ['nothing was begun', undefined, false],
  ['all is done', { conditions: [] }, false],
  ['the request is on its way', because('ProvisionRequestInFlight'), true],
  ['the broker works', because('Provisioning', { asyncOpInProgress: true }), true],
  ['the broker updates', because('UpdatingInstance', { currentOperation: 'Update' }), true],
  ['the broker refused, and is asked again', because('ProvisionCallFailed'), false],
  ['it refused an update', because('UpdateInstanceCallFailed', { currentOperation: 'Update' }), false],
  ['the broker could not be reached', because('ErrorCallingProvision'), false],
  [
    'the last operation can not be read',
    because('ErrorPollingLastOperation', { asyncOpInProgress: true }),
    false,
  ],
  ['an orphan is taken back', because('Deprovisioning', { orphanMitigationInProgress: true }), false],
])('when %s', (_, status, isLocked) => {
  expect(checkLock(status)).toHaveLength(isLocked ? 1 : 0);
});
