import type { InstanceState, OperationRecord } from '../store/instance-record.js';

/** What is counted as an operation: those that last_operation tells of, and those that are always answered at once. */
export type MeteredOperation = OperationRecord['type'] | 'bind' | 'unbind';

/** How an operation ended. `halted`: another request put an end to it. */
export type OperationOutcome = 'succeeded' | 'failed' | 'halted';

/** A request that was answered or broken off. */
export interface MeteredRequest {
  method: string;
  /** The template of the path, never a path with ids. */
  route: string;
  status: number;
  seconds: number;
}

/** How many instances of a plan are in one state. */
export interface InstanceCount {
  /** The names in the catalog; of a plan that is not published any more, `unpublished`. */
  service: string;
  plan: string;
  state: InstanceState;
  count: number;
}

/**
 * What the broker tells about itself in numbers. Nothing here takes an id, a name that a consumer chose or a namespace of
 * a consumer: each would make a time series of its own, for ever.
 */
export interface Metrics {
  requestFinished(request: MeteredRequest): void;
  operationFinished(type: MeteredOperation, outcome: OperationOutcome, seconds: number): void;
  /** How many operations this process carries out now. */
  operationsRunning(count: number): void;
  /** An object that was deleted or changed by hand was put back. @param kind its kind, `Deployment` */
  driftRepaired(kind: string): void;
  /** It could not be put back. */
  driftFailed(kind: string): void;
  /** A lease of a credential source was renewed, or could not be. */
  leaseRenewed(ok: boolean): void;
  /** The store could not be reached or did not answer. */
  storeError(): void;
}

/** For whoever does not count. */
export const noMetrics: Metrics = {
  requestFinished: () => undefined,
  operationFinished: () => undefined,
  operationsRunning: () => undefined,
  driftRepaired: () => undefined,
  driftFailed: () => undefined,
  leaseRenewed: () => undefined,
  storeError: () => undefined,
};
