/** The reasons and messages that an operation on an instance is reported with; scripts compare them. */
export interface OperationWords {
  inFlight: { reason: string; message: string };
  succeeded: { reason: string; message: string };
  asynchronous: { reason: string; message: string };
  /** The broker said no. */
  refused: string;
  /** The broker could not be asked. */
  unreachable: string;
  /** `Provision call failed`, in front of what a broker says about a failed asynchronous operation. */
  failed: string;
  /** `provisioning`, for messages. */
  gerund: string;
}

/** See {@link OperationWords} (service-catalog.md sections 3.5 to 3.9). */
export const WORDS: Record<'Provision' | 'Update' | 'Deprovision', OperationWords> = {
  Provision: {
    inFlight: {
      reason: 'ProvisionRequestInFlight',
      message: 'Provision request for ServiceInstance in-flight to Broker',
    },
    succeeded: { reason: 'ProvisionedSuccessfully', message: 'The instance was provisioned successfully' },
    asynchronous: { reason: 'Provisioning', message: 'The instance is being provisioned asynchronously' },
    refused: 'ProvisionCallFailed',
    unreachable: 'ErrorCallingProvision',
    failed: 'Provision call failed',
    gerund: 'provisioning',
  },
  Update: {
    inFlight: {
      reason: 'UpdateInstanceRequestInFlight',
      message: 'Update request for ServiceInstance in-flight to Broker',
    },
    succeeded: { reason: 'InstanceUpdatedSuccessfully', message: 'The instance was updated successfully' },
    asynchronous: { reason: 'UpdatingInstance', message: 'The instance is being updated asynchronously' },
    refused: 'UpdateInstanceCallFailed',
    unreachable: 'ErrorCallingUpdateInstance',
    failed: 'Update call failed',
    gerund: 'updating',
  },
  Deprovision: {
    inFlight: {
      reason: 'DeprovisionRequestInFlight',
      message: 'Deprovision request for ServiceInstance in-flight to Broker',
    },
    succeeded: {
      reason: 'DeprovisionedSuccessfully',
      message: 'The instance was deprovisioned successfully',
    },
    asynchronous: { reason: 'Deprovisioning', message: 'The instance is being deprovisioned asynchronously' },
    refused: 'DeprovisionCallFailed',
    unreachable: 'DeprovisionCallFailed',
    failed: 'Deprovision call failed',
    gerund: 'deprovisioning',
  },
};

/** The same for orphan mitigation (section 3.7). */
export const MITIGATION = {
  started: {
    reason: 'StartingInstanceOrphanMitigation',
    message:
      'The instance provision call failed with an ambiguous error; attempting to deprovision the instance in order to ' +
      'mitigate an orphaned resource',
  },
  succeeded: {
    reason: 'OrphanMitigationSuccessful',
    message: 'Orphan mitigation was completed successfully',
  },
} as const;

/** A broker that is not done in time (sections 0 and 3.6). */
export const TIMED_OUT = {
  reason: 'ErrorReconciliationRetryTimeout',
  message: 'Stopping reconciliation retries because too much time has elapsed',
} as const;

/** A provision whose answer was lost with the controller that asked, and whose instance was edited since. */
export const UNKNOWN_OUTCOME = {
  reason: WORDS.Provision.unreachable,
  message:
    'The outcome of an earlier provision call is unknown; the broker is asked for what the spec says now',
} as const;
