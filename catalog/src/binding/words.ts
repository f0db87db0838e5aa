/** The reasons and messages that an operation on a binding is reported with; scripts compare them. */
export interface BindingWords {
  asynchronous: { reason: string; message: string };
  /** The broker said no, or could not be asked. */
  refused: string;
  /** In front of what a broker says about a failed asynchronous operation. */
  failed: string;
  /** The broker did not finish in time. */
  timedOut: { reason: string; message: string };
}

/** See {@link BindingWords} (service-catalog.md section 4). */
export const BINDING_WORDS: Record<'Bind' | 'Unbind', BindingWords> = {
  Bind: {
    asynchronous: { reason: 'Binding', message: 'The binding is being created asynchronously' },
    refused: 'BindCallFailed',
    failed: 'Bind call failed',
    timedOut: {
      reason: 'AsyncOperationTimeout',
      message: 'The asynchronous Bind operation timed out and will not be retried',
    },
  },
  Unbind: {
    asynchronous: { reason: 'Unbinding', message: 'The binding is being deleted asynchronously' },
    refused: 'UnbindCallFailed',
    failed: 'Unbind call failed',
    timedOut: {
      reason: 'AsyncOperationTimeout',
      message: 'The asynchronous Unbind operation timed out and will be retried',
    },
  },
};

/** The reason of the condition while the broker has said nothing yet. */
export const BIND_IN_FLIGHT = 'BindingRequestInFlight';

/** A bind with an open end is taken back. */
export const BINDING_MITIGATION = {
  reason: 'ServiceBindingNeedsOrphanMitigation',
  message: 'Starting orphan mitigation',
} as const;
