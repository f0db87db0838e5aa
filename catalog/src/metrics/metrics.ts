import type { OsbRequest, OsbResult } from '../osb/osb.js';

/** A request to a broker, and what came of it. */
export interface MeteredCall {
  /** The name of the broker object. */
  broker: string;
  request: OsbRequest;
  result: OsbResult;
  seconds: number;
}

/**
 * How working on an object ended: nothing left to do, to be looked at again later, somebody else wrote it first, or
 * an error.
 */
export type ReconcileOutcome = 'done' | 'later' | 'conflict' | 'error';

/** One turn of working on an object. */
export interface MeteredReconcile {
  kind: string;
  outcome: ReconcileOutcome;
  seconds: number;
}

/** How much of a broker's catalog is offered. */
export interface BrokerCount {
  broker: string;
  /** Undefined for a broker of the whole cluster. */
  namespace: string | undefined;
  classes: number;
  plans: number;
  /** Of the bindings whose credentials end; undefined when there are none. */
  credentials?: CredentialEnds;
}

/** What is known of bindings whose broker has said when their credentials end. */
export interface CredentialEnds {
  /** When the first of them end, in milliseconds since the epoch. */
  firstEnd: number;
  /** How many should have got new ones by now. */
  overdue: number;
}

/** What is true at the moment at which the metrics are read. */
export interface Snapshot {
  /** Whether this process is the one that works; others stand by. */
  works: boolean;
  /** How many objects wait for a worker, by queue. */
  queues: Readonly<Record<string, number>>;
  /** All brokers that there are. */
  brokers: readonly BrokerCount[];
}

/**
 * What the controller tells about itself in numbers. No label takes an id, or the name of an instance, a binding or a
 * namespace of a consumer: each would make a time series of its own, for ever.
 */
export interface Metrics {
  brokerCalled(call: MeteredCall): void;
  reconciled(reconcile: MeteredReconcile): void;
}

/** For whoever does not count. */
export const noMetrics: Metrics = {
  brokerCalled: () => undefined,
  reconciled: () => undefined,
};
