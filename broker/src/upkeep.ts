import type { Logger } from 'pino';
import { LeaseRenewal } from './credential/renew-leases.js';
import { DriftRepair } from './drift/drift-repair.js';
import type { OperationContext } from './operations/context.js';
import type { BrokerOptions } from './broker.js';
import type { InstanceRecord } from './store/instance-record.js';

/** What goes on beside requests and operations, for as long as the process runs. */
export interface Upkeep {
  /** To be told of each record that this process writes. */
  onWritten(record: InstanceRecord): void;
  /** To be told of each instance that an operation of this process made, changed or took away. */
  onSettled(record: InstanceRecord, isGone: boolean): void;
  stop(): Promise<void>;
}

/** Starts to renew leases and to put back what was changed by hand. */
export function startUpkeep(
  options: Pick<BrokerOptions, 'kube' | 'store' | 'logger' | 'metrics' | 'repairsDrift'>,
  operations: Pick<OperationContext, 'catalog' | 'queue' | 'credentialSources' | 'clock'>,
): Upkeep {
  const renewal = startRenewal(options, operations);
  const drift = options.repairsDrift ? startDriftRepair(options, operations) : undefined;
  return {
    onWritten: (record) => renewal.noticed(record),
    onSettled(record, isGone) {
      if (isGone) drift?.forget(record.instanceId);
      else if (record.state === 'ready') drift?.track(record);
    },
    async stop() {
      await Promise.all([renewal.stop(), drift?.stop()]);
    },
  };
}

function startRenewal(
  {
    store,
    logger,
    metrics,
  }: { store: BrokerOptions['store']; logger: Logger; metrics: BrokerOptions['metrics'] },
  { queue, credentialSources, clock }: Pick<OperationContext, 'queue' | 'credentialSources' | 'clock'>,
): LeaseRenewal {
  const renewal = new LeaseRenewal({
    store,
    sources: credentialSources,
    queue,
    now: clock,
    setTimer: (run, milliseconds) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    logger,
    metrics,
  });
  renewal.start();
  return renewal;
}

function startDriftRepair(
  { kube, store, logger, metrics }: Pick<BrokerOptions, 'kube' | 'store' | 'logger' | 'metrics'>,
  { catalog, queue, clock }: Pick<OperationContext, 'catalog' | 'queue' | 'clock'>,
): DriftRepair {
  const drift = new DriftRepair({
    kube,
    store,
    logger,
    metrics,
    // An instance whose plan was withdrawn is still used: it is looked after like any other.
    repairs: ({ attributes }) => catalog.current().plans.get(attributes.planId)?.entry.driftRepair ?? true,
    exclusive: async (instanceId, task) => queue.run(instanceId, task),
    now: clock,
  });
  void drift.start();
  return drift;
}
