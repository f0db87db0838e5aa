import { refOf, type JsonObject, type Kube, type KubeObject, type ListQuery } from '@mesitis/kube';
import { base64 } from './world.js';

/**
 * A platform that answers at once and says of everything that it went well, with the conditions of the real one: what
 * the plugin shows while and after it waits. An instance whose name begins with
 * `slow` stays with the broker, one whose name begins with `refused` the broker refuses for good.
 */

const API_VERSION = 'servicecatalog.k8s.io/v1beta1';

/** What the platform makes of the answer 400 of a broker. */
const REFUSAL =
  'Error provisioning ServiceInstance of ClusterServiceClass at ClusterServiceBroker: Status: 400; ErrorMessage: BadRequest; Description: Deployment api-ns/back-end belongs to another instance of this offering; an object with a fixed name can exist only once, so deprovision the other instance first; ResponseError: <nil>';

/** What the platform looks after. */
const KINDS = ['ServiceInstance', 'ServiceBinding', 'ClusterServiceBroker', 'ServiceBroker'];

/** Looks after all that is there and all that comes, until the signal fires. */
export async function runPlatform(kube: Kube, now: () => Date, signal: AbortSignal): Promise<void> {
  await Promise.all(
    KINDS.map(async (kind) => {
      const query: ListQuery = { apiVersion: API_VERSION, kind };
      const { items, resourceVersion } = await kube.list(query);
      for (const object of items) await lookAfter(kube, object, now());
      try {
        for await (const { type, object } of kube.watch(query, resourceVersion, { signal })) {
          if (type === 'ADDED' || type === 'MODIFIED') await lookAfter(kube, object, now());
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }),
  );
}

async function lookAfter(kube: Kube, object: KubeObject, now: Date): Promise<void> {
  const at = `${now.toISOString().slice(0, 19)}Z`;
  const status = isNews(object) ? statusOf(object, at) : rotated(object, now);
  if (status === undefined) return;
  if (object.kind === 'ServiceBinding') await kube.apply(secretOf(object));
  const body = { status: { ...(object['status'] as JsonObject | undefined), ...status } };
  await kube.patch(refOf(object), { type: 'merge', body }, { subresource: 'status' });
}

/** Whether its spec changed since the platform looked last. */
function isNews({ metadata, ...object }: KubeObject): boolean {
  const { observedGeneration } = (object['status'] ?? {}) as { observedGeneration?: number };
  return observedGeneration !== metadata.generation;
}

function statusOf({ kind, metadata, spec }: KubeObject, at: string): JsonObject {
  const seen = {
    observedGeneration: metadata.generation ?? 1,
    reconciledGeneration: metadata.generation ?? 1,
  };
  const is = (status: string, reason: string, message: string): JsonObject => ({
    ...seen,
    conditions: [{ type: 'Ready', status, reason, message, lastTransitionTime: at }],
  });
  switch (kind) {
    case 'ServiceInstance': {
      if (metadata.name?.startsWith('refused') === true) {
        const ready = { type: 'Ready', status: 'False', reason: 'ProvisionCallFailed' };
        const failed = { type: 'Failed', status: 'True', reason: 'ClusterServiceBrokerReturnedFailure' };
        const conditions = [ready, failed].map((each) => ({
          ...each,
          message: REFUSAL,
          lastTransitionTime: at,
        }));
        return { ...seen, conditions };
      }
      if (metadata.name?.startsWith('slow') === true) {
        return is(
          'False',
          'ProvisionRequestInFlight',
          'Provision request for ServiceInstance in-flight to Broker',
        );
      }
      const { clusterServicePlanExternalName } = spec as { clusterServicePlanExternalName: string };
      return {
        ...is('True', 'ProvisionedSuccessfully', 'The instance was provisioned successfully'),
        externalProperties: { clusterServicePlanExternalName },
      };
    }
    case 'ServiceBinding':
      return is('True', 'InjectedBindResult', 'Injected bind result');
    default:
      return {
        ...is('True', 'FetchedCatalog', 'Successfully fetched catalog entries from broker.'),
        lastCatalogRetrievalTime: at,
      };
  }
}

/** The status of a binding whose owner asked for new credentials; undefined when nobody did. */
function rotated({ kind, metadata, ...object }: KubeObject, now: Date): JsonObject | undefined {
  const asked = metadata.annotations?.['mesitis/rotate'];
  const { answeredRequests } = (object['status'] ?? {}) as { answeredRequests?: { rotate?: string } };
  if (kind !== 'ServiceBinding' || asked === undefined || asked === answeredRequests?.rotate)
    return undefined;
  const unbindAt = `${new Date(now.getTime() + 600_000).toISOString().slice(0, 19)}Z`;
  return {
    answeredRequests: { rotate: asked },
    currentBindingID: `successor-${asked}`,
    predecessors: [{ id: 'before', unbindAt }],
  };
}

/** What the broker hands out for a binding. */
function secretOf({ metadata, spec }: KubeObject): KubeObject {
  const { secretName } = spec as { secretName: string };
  const host = `queue-7f3a9c.api-ns.svc.cluster.local`;
  const values = {
    host,
    password: 'iamthepassword',
    port: '5672',
    uri: `amqp://${host}:5672`,
    username: 'iamtheuser',
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secretName,
      namespace: metadata.namespace ?? '',
      // As the real one does, so that it goes with its binding.
      ownerReferences: [
        {
          apiVersion: API_VERSION,
          kind: 'ServiceBinding',
          name: metadata.name ?? '',
          uid: metadata.uid ?? '',
          controller: true,
        },
      ],
    },
    data: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, base64(value)])),
  };
}
