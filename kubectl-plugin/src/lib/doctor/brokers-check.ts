import type { KubeObject } from '@mesitis/kube';
import { nameOf, recordAt, textAt } from '../objects.js';
import { explainReason } from '../reasons.js';
import { everyOf } from '../service-catalog.js';
import { conditionsOf } from '../state.js';
import { brokerNow } from './broker-now.js';
import { brokerKey, failedCalls, type FailedCall } from './failed-calls.js';
import { hidden, isThere, listing, quoted, type Check, type Patient } from './check.js';

/** Whether the brokers are registered, reached and known to each other. */
export async function checkBrokers(patient: Patient): Promise<Check[]> {
  const { cluster, namespace } = patient;
  const [ofCluster, ofNamespaces, calls] = await Promise.all([
    listing(cluster, everyOf('ClusterServiceBroker')),
    listing(cluster, everyOf('ServiceBroker')),
    failedCalls(patient),
  ]);
  // Whoever may not look everywhere may look at home.
  const own =
    ofNamespaces.kind === 'hidden'
      ? await listing(cluster, everyOf('ServiceBroker', namespace))
      : ofNamespaces;
  const brokers = [ofCluster, own].flatMap((found) => (found.kind === 'items' ? found.items : []));
  const checks = await Promise.all(brokers.map((broker) => checkBroker(broker, patient, calls)));
  return [
    ...(ofCluster.kind === 'hidden' ? [hidden('brokers', 'ClusterServiceBrokers')] : []),
    ...(own.kind === 'hidden' ? [hidden('brokers', `ServiceBrokers of namespace ${namespace}`)] : []),
    ...(brokers.length === 0 && ofCluster.kind === 'items' ? [noBroker()] : []),
    ...checks,
  ];
}

async function checkBroker(
  broker: KubeObject,
  patient: Patient,
  calls: readonly FailedCall[],
): Promise<Check> {
  const { namespace } = broker.metadata;
  const title = `${broker.kind} ${namespace === undefined ? '' : `${namespace}/`}${nameOf(broker)}`;
  const ready = conditionsOf(broker).find(({ type }) => type === 'Ready');
  if (ready?.status === 'True') {
    const key = brokerKey(broker.kind, nameOf(broker), namespace);
    return brokerNow(broker, { title, failed: calls.find((call) => call.broker === key) }, patient);
  }
  const secret = await missingSecret(broker, patient.cluster);
  if (secret !== undefined) {
    return problem(
      `${title} is not ready: there is no Secret ${secret}`,
      'create it with the keys username and password, or token, or name another in authInfo',
    );
  }
  if (ready === undefined) {
    return problem(
      `${title} was not looked at yet`,
      'if this lasts, see whether the catalog controller runs: kubectl get deployments -A -l app.kubernetes.io/component=catalog',
    );
  }
  const why = [ready.reason, ready.message]
    .filter((part) => part !== '')
    .map(quoted)
    .join(': ');
  const remedy = explainReason(ready.reason)?.remedy ?? 'see kubectl describe for the whole message';
  return problem(`${title} is not ready: ${why}`, remedy);
}

/** The Secret that the broker names and that is not there, as `namespace/name`. */
async function missingSecret(broker: KubeObject, cluster: Patient['cluster']): Promise<string | undefined> {
  const auth = recordAt(broker['spec'], 'authInfo');
  const ref = [recordAt(auth, 'basic'), recordAt(auth, 'bearer')]
    .map((way) => recordAt(way, 'secretRef'))
    .find((each) => textAt(each, 'name') !== undefined);
  const name = textAt(ref, 'name');
  const namespace = broker.metadata.namespace ?? textAt(ref, 'namespace');
  if (name === undefined || namespace === undefined) return undefined;
  const there = await isThere(cluster, { apiVersion: 'v1', kind: 'Secret', namespace, name });
  return there === false ? `${namespace}/${name}` : undefined;
}

function noBroker(): Check {
  return {
    area: 'brokers',
    verdict: 'warning',
    message: 'no broker is registered, so the catalog is empty',
    remedy: 'register one: kubectl mesitis register -n NAMESPACE, with the namespace of its provider',
  };
}

function problem(message: string, remedy: string): Check {
  return { area: 'brokers', verdict: 'problem', message, remedy };
}
