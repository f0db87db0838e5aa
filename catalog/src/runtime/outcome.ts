/** An Event to be told about an object. */
export interface EventNote {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

/**
 * What a broker's answer means for an object: the status to store, and when to look again. `gone` means that nothing
 * is left at the broker, so the finalizer may go. `mitigate` means that the broker may have made something that nobody
 * knows of, which is to be taken back at once; `mitigated` that this is done. Neither ends the pause before what failed
 * is tried again.
 */
export interface CallOutcome<Status> {
  status: Status;
  next: 'settled' | 'retry' | 'poll' | 'gone' | 'mitigate' | 'mitigated';
  /** The broker's wish, for `retry` and `poll`. */
  retryAfterSeconds?: number;
  event?: EventNote;
}
