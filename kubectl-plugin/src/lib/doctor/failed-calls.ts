import type { KubeObject, ObjectRef } from '@mesitis/kube';
import { nameOf, recordAt, textAt } from '../objects.js';
import { everyOf, resolvedPlanRef } from '../service-catalog.js';
import { conditionsOf } from '../state.js';
import { listing, quoted, type Patient } from './check.js';

/** What the platform wrote on an instance whose broker did not answer it. */
export interface FailedCall {
  /** The broker's, as {@link brokerKey} has it. */
  broker: string;
  /** `namespace/name`. */
  instance: string;
  /** ISO 8601: since when the instance is not ready. */
  since: string;
  why: string;
}

/** Of calls that were not answered at all; what a broker refuses, it refuses alive. */
const UNREACHED: readonly string[] = ['ErrorCallingProvision', 'ErrorCallingUpdateInstance'];

/** The calls that brokers left unanswered and that the platform tries again, the newest first, as far as the caller may see. */
export async function failedCalls({ cluster, namespace }: Patient): Promise<FailedCall[]> {
  const everywhere = await listing(cluster, everyOf('ServiceInstance'));
  const found =
    everywhere.kind === 'hidden' ? await listing(cluster, everyOf('ServiceInstance', namespace)) : everywhere;
  const instances = found.kind === 'items' ? found.items : [];
  const brokers = brokerFinder(cluster);
  const calls = await Promise.all(instances.map((instance) => failedCall(instance, brokers)));
  return calls
    .filter((call) => call !== undefined)
    .sort((one, other) => Date.parse(other.since) - Date.parse(one.since));
}

/** Tells brokers apart. */
export function brokerKey(kind: string, name: string, namespace = ''): string {
  return [kind, namespace, name].join('/');
}

async function failedCall(
  instance: KubeObject,
  brokerOf: (plan: ObjectRef) => Promise<string | undefined>,
): Promise<FailedCall | undefined> {
  const ready = conditionsOf(instance).find(({ type }) => type === 'Ready');
  const plan = resolvedPlanRef(instance);
  if (ready?.lastTransitionTime === undefined || !UNREACHED.includes(ready.reason)) return undefined;
  const broker = plan && (await brokerOf(plan));
  if (broker === undefined) return undefined;
  return {
    broker,
    instance: `${instance.metadata.namespace ?? ''}/${nameOf(instance)}`,
    since: ready.lastTransitionTime,
    why: quoted(ready.message.replace(/^.*Error communicating with broker for \w+: /, '')),
  };
}

/** Reads each plan once. */
function brokerFinder(cluster: Patient['cluster']): (plan: ObjectRef) => Promise<string | undefined> {
  const known = new Map<string, Promise<string | undefined>>();
  return (plan) => {
    const key = `${plan.namespace ?? ''}/${plan.name}`;
    const asked = known.get(key) ?? readBroker(cluster, plan);
    known.set(key, asked);
    return asked;
  };
}

async function readBroker(cluster: Patient['cluster'], plan: ObjectRef): Promise<string | undefined> {
  const { apiVersion, kind, namespace, name } = plan;
  const found = await listing(cluster, {
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    fieldSelector: `metadata.name=${name}`,
  });
  const spec = found.kind === 'items' ? recordAt(found.items[0], 'spec') : {};
  const ofCluster = textAt(spec, 'clusterServiceBrokerName');
  if (ofCluster !== undefined) return brokerKey('ClusterServiceBroker', ofCluster);
  const own = textAt(spec, 'serviceBrokerName');
  return own === undefined ? undefined : brokerKey('ServiceBroker', own, namespace);
}
