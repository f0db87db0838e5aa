import { isKubeError } from '@mesitis/kube';
import type { CallOptions, Kube, KubeObject } from '@mesitis/kube';
import type { CatalogView } from '../model/catalog-view.js';
import { API_VERSION, SCOPES, type Scope } from '../model/kinds.js';
import { labelSelector } from '../model/labels.js';
import { asBroker, asClass, asPlan } from '../model/objects.js';
import type { InstanceSpec, ServiceBroker, ServiceClass, ServicePlan } from '../model/objects.js';

/** What reading asks of the cluster. */
export type CatalogKube = Pick<Kube, 'get' | 'list'>;

/**
 * What the API server has of the classes that an instance may mean, with their plans and brokers: two or three calls,
 * by the labels of service-catalog.md section 1.2. Throws a KubeError.
 */
export async function loadCatalog(
  kube: CatalogKube,
  { namespace, spec }: { namespace: string; spec: InstanceSpec },
  options: CallOptions,
): Promise<CatalogView> {
  const parts = await Promise.all(
    SCOPES.map(async (scope) => loadScope(kube, { scope, namespace, spec }, options)),
  );
  const all = { brokers: [] as ServiceBroker[], classes: [] as ServiceClass[], plans: [] as ServicePlan[] };
  for (const { brokers, classes, plans } of parts) {
    all.brokers.push(...brokers);
    all.classes.push(...classes);
    all.plans.push(...plans);
  }
  const ofKind = <Item extends KubeObject>(items: Item[], kind: string): Item[] =>
    items.filter((item) => item.kind === kind);
  const byName = <Item extends KubeObject>(items: Item[], name: string): Item | undefined =>
    items.find((item) => item.metadata.name === name);
  return {
    broker: (scope, _, name) => byName(ofKind(all.brokers, scope.brokerKind), name),
    class: (scope, _, name) => byName(ofKind(all.classes, scope.classKind), name),
    plan: (scope, _, name) => byName(ofKind(all.plans, scope.planKind), name),
    classesBy: (scope, _, by, value) =>
      ofKind(all.classes, scope.classKind).filter((item) => item.spec[by] === value),
    plansOfClass: (scope, _, name) =>
      ofKind(all.plans, scope.planKind).filter((item) => item.spec[scope.classRef]?.name === name),
  };
}

interface ScopedSpec {
  scope: Scope;
  namespace: string;
  spec: InstanceSpec;
}

interface Part {
  brokers: ServiceBroker[];
  classes: ServiceClass[];
  plans: ServicePlan[];
}

async function loadScope(kube: CatalogKube, scoped: ScopedSpec, options: CallOptions): Promise<Part> {
  const { scope, namespace } = scoped;
  const place = scope.namespaced ? { namespace } : {};
  const classes = await loadClasses(kube, scoped, options);
  const planLists = classes.map(({ metadata: { name } }) =>
    list(
      kube,
      { kind: scope.planKind, ...place, labelSelector: labelSelector(`spec.${scope.classRef}.name`, name) },
      options,
    ),
  );
  const brokers = classes.map(async ({ spec }) => {
    const name = spec[scope.brokerName];
    if (name === undefined) return [];
    const broker = await kube.get(
      { apiVersion: API_VERSION, kind: scope.brokerKind, ...place, name },
      options,
    );
    return broker === undefined ? [] : [asBroker(broker)];
  });
  return {
    classes,
    plans: (await Promise.all(planLists)).flat().map(asPlan),
    brokers: (await Promise.all(brokers)).flat(),
  };
}

async function loadClasses(
  kube: CatalogKube,
  { scope, namespace, spec }: ScopedSpec,
  options: CallOptions,
): Promise<ServiceClass[]> {
  const place = scope.namespaced ? { namespace } : {};
  const style = scope.styles.find(({ classField }) => (spec[classField] ?? '') !== '');
  const name = spec[scope.classRef]?.name ?? (style?.by === 'name' ? spec[style.classField] : undefined);
  if (name !== undefined) {
    const found = await kube.get({ apiVersion: API_VERSION, kind: scope.classKind, ...place, name }, options);
    return found === undefined ? [] : [asClass(found)];
  }
  if (style === undefined || style.by === 'name') return [];
  const selector = labelSelector(`spec.${style.by}`, spec[style.classField] ?? '');
  return (await list(kube, { kind: scope.classKind, ...place, labelSelector: selector }, options)).map(
    asClass,
  );
}

async function list(
  kube: CatalogKube,
  query: { kind: string; namespace?: string; labelSelector: string },
  options: CallOptions,
): Promise<KubeObject[]> {
  try {
    return (await kube.list({ apiVersion: API_VERSION, ...query }, options)).items;
  } catch (error) {
    if (isKubeError(error, 'not-found')) return [];
    throw error;
  }
}
