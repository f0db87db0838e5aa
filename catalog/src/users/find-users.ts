import { isKubeError } from '@mesitis/kube';
import type { CallOptions, JsonObject, Kube, KubeObject, ListQuery } from '@mesitis/kube';
import { API_VERSION, INSTANCE_KIND, SCOPES, type Scope } from '../model/kinds.js';
import { labelSelector } from '../model/labels.js';
import type { ServiceBroker, ServiceInstance, ServicePlan } from '../model/objects.js';

/** Somebody who uses a plan: an instance that exists, or is being made or changed, and is not being deleted. */
export interface PlanUser {
  /** The consumer's namespace and the instance's name in it. */
  namespace: string;
  name: string;
  /** The plan's id in the broker's catalog. */
  planId: string;
  /** Left out when they are not fully known, because some come from a Secret. */
  parameters?: JsonObject;
}

/** Whose plans are meant. */
export interface Offered {
  /** Ids of plans in the broker's catalog. */
  planIds: readonly string[];
  /**
   * The namespace of the broker that offers them. A broker that is registered by the name of a Service in another
   * namespace is another one; one that is registered by any other name may be this one.
   */
  brokerNamespace: string;
}

/**
 * Who uses plans, of brokers of both scopes. Asks the API server, not a cache, by the labels that the controller keeps
 * (service-catalog.md section 1.2): one call for each plan and each scope, and more only for plans that are known. A
 * cluster without these kinds has no users. Throws a KubeError.
 */
export async function findUsers(
  kube: Pick<Kube, 'get' | 'list'>,
  { planIds, brokerNamespace }: Offered,
  options: CallOptions = {},
): Promise<PlanUser[]> {
  const found = await Promise.all(
    planIds.flatMap((planId) =>
      SCOPES.map(async (scope): Promise<PlanUser[]> => {
        const query = { kind: scope.planKind, labelSelector: labelSelector('spec.externalID', planId) };
        const plans = (await listOrNone(kube, query, options)) as ServicePlan[];
        const users = plans.map(async (plan) => {
          const broker = await brokerOf(kube, { plan, scope }, options);
          if (!mayBeIn(broker, brokerNamespace)) return [];
          return (await instancesOf(kube, { plan, scope }, options)).map((user) => userOf(user, planId));
        });
        return (await Promise.all(users)).flat();
      }),
    ),
  );
  return found.flat();
}

/** A plan and where it belongs. */
interface ScopedPlan {
  plan: ServicePlan;
  scope: Scope;
}

async function brokerOf(
  kube: Pick<Kube, 'get'>,
  { plan, scope }: ScopedPlan,
  options: CallOptions,
): Promise<ServiceBroker | undefined> {
  const name = plan.spec[scope.brokerName];
  if (name === undefined) return undefined;
  const { namespace } = plan.metadata;
  const ref = { apiVersion: API_VERSION, kind: scope.brokerKind, name };
  return (await kube.get(namespace === undefined ? ref : { ...ref, namespace }, options)) as
    | ServiceBroker
    | undefined;
}

/** Only the name of a Service (`broker.team-ns.svc`, with the cluster's domain or without) tells the namespace. */
function mayBeIn(broker: ServiceBroker | undefined, namespace: string): boolean {
  const url = broker?.spec.url ?? '';
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  const [, named] = /^[^.]+\.([^.]+)\.svc(?:\.|$)/.exec(host) ?? [];
  return named === undefined || named === namespace;
}

async function instancesOf(
  kube: Pick<Kube, 'list'>,
  { plan, scope }: ScopedPlan,
  options: CallOptions,
): Promise<ServiceInstance[]> {
  const { name, namespace } = plan.metadata;
  const query = {
    kind: INSTANCE_KIND,
    labelSelector: labelSelector(`spec.${scope.planRef}.name`, name),
    ...(namespace === undefined ? {} : { namespace }),
  };
  const instances = (await listOrNone(kube, query, options)) as ServiceInstance[];
  return instances.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

function userOf({ metadata, spec }: ServiceInstance, planId: string): PlanUser {
  const isKnown = (spec.parametersFrom ?? []).length === 0;
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    planId,
    ...(isKnown ? { parameters: spec.parameters ?? {} } : {}),
  };
}

async function listOrNone(
  kube: Pick<Kube, 'list'>,
  query: Omit<ListQuery, 'apiVersion'>,
  options: CallOptions,
): Promise<KubeObject[]> {
  try {
    return (await kube.list({ apiVersion: API_VERSION, ...query }, options)).items;
  } catch (error) {
    if (isKubeError(error, 'not-found')) return [];
    throw error;
  }
}
