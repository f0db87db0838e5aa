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
