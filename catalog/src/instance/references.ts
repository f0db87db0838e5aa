import { SCOPES, scopeOfKind } from '../model/kinds.js';
import type { ReferenceStyle, Scope } from '../model/kinds.js';
import { prettyName } from '../model/catalog-view.js';
import type { CatalogView } from '../model/catalog-view.js';
import { isDeleting } from '../model/objects.js';
import type {
  ClassOrPlan,
  InstanceSpec,
  ServiceBroker,
  ServiceClass,
  ServiceInstance,
  ServicePlan,
} from '../model/objects.js';

/** What an instance's class and plan fields lead to. */
export interface Resolved {
  scope: Scope;
  style: ReferenceStyle | undefined;
  class: ServiceClass;
  plan: ServicePlan;
  broker: ServiceBroker;
}

/** References that can't be followed: the reason and message of the condition. */
export class Unresolved {
  readonly reason: string;
  readonly message: string;

  constructor(reason: string, message: string) {
    this.reason = reason;
    this.message = message;
  }
}

/** The class and plan fields as their author wrote them. */
interface Written {
  scope: Scope;
  style: ReferenceStyle | undefined;
  className: string | undefined;
  planName: string | undefined;
}

/**
 * Follows an instance's references (service-catalog.md section 3.2). A class reference that is set stands, because the class
 * can't change; the plan is looked up among the plans of that class each time, because it can. Without any plan
 * field the plan that is set stands, or the only plan of the class is taken.
 */
export function resolveReferences(instance: ServiceInstance, catalog: CatalogView): Resolved | Unresolved {
  const written = readWritten(instance.spec);
  if (written instanceof Unresolved) return written;
  const { scope, style } = written;
  const { namespace } = instance.metadata;
  const serviceClass = findClass(instance, written, catalog);
  if (serviceClass instanceof Unresolved) return serviceClass;
  const broker = brokerOf(scope, serviceClass, { catalog, namespace });
  if (broker instanceof Unresolved) return broker;
  const plan = findPlan(instance, written, { catalog, serviceClass, broker });
  if (plan instanceof Unresolved) return plan;
  return { scope, style, class: serviceClass, plan, broker };
}

/** The broker that offers a class. */
export function brokerOf(
  scope: Scope,
  serviceClass: ServiceClass,
  { catalog, namespace }: { catalog: CatalogView; namespace: string },
): ServiceBroker | Unresolved {
  const name = serviceClass.spec[scope.brokerName] ?? '';
  const message = `The instance references a non-existent broker "${name}"`;
  return catalog.broker(scope, namespace, name) ?? new Unresolved('ReferencesNonexistentBroker', message);
}

/** Why an instance can't be provisioned with, or moved to, what it refers to; undefined when it can. */
export function removedFromCatalog(resolved: Resolved): Unresolved | undefined {
  const { class: serviceClass, plan } = resolved;
  if (serviceClass.status?.removedFromBrokerCatalog === true || isDeleting(serviceClass)) {
    return removed('ReferencesDeletedServiceClass', serviceClass);
  }
  return plan.status?.removedFromBrokerCatalog === true || isDeleting(plan)
    ? removed('ReferencesDeletedServicePlan', plan)
    : undefined;
}

function removed(reason: string, object: ClassOrPlan): Unresolved {
  return new Unresolved(reason, `${prettyName(object)} has been deleted; cannot provision.`);
}

/** The spec with both references set, and with the plan field filled in where the only plan was taken. */
export function withReferences(
  spec: InstanceSpec,
  { scope, style, class: of, plan }: Resolved,
): InstanceSpec {
  const chosen =
    style !== undefined && !hasPlanField(spec, scope) ? { [style.planField]: named(plan, style) } : {};
  return {
    ...spec,
    ...chosen,
    [scope.classRef]: { name: of.metadata.name },
    [scope.planRef]: { name: plan.metadata.name },
  };
}

/** `status.userSpecifiedClassName` and `PlanName`: for the printer columns, as the author wrote them. */
export function userSpecifiedNames(spec: InstanceSpec): {
  userSpecifiedClassName?: string;
  userSpecifiedPlanName?: string;
} {
  const written = readWritten(spec);
  if (written instanceof Unresolved || written.className === undefined) return {};
  return {
    userSpecifiedClassName: `${written.scope.classKind}/${written.className}`,
    ...(written.planName === undefined ? {} : { userSpecifiedPlanName: written.planName }),
  };
}

function readWritten(spec: InstanceSpec): Written | Unresolved {
  const reason = 'ReferencesNonexistentServiceClass';
  const scopes = SCOPES.filter((scope) => mentions(spec, scope));
  const [scope] = scopes;
  if (scope === undefined) return new Unresolved(reason, 'plan references must have a class reference set');
  if (scopes.length > 1) {
    const message =
      'instances can only refer to a cluster or namespaced class or plan type, but not both: keep the fields of one';
    return new Unresolved(reason, message);
  }
  const style = scope.styles.find((candidate) => isSet(spec[candidate.classField]));
  if (style === undefined && spec[scope.classRef] === undefined) {
    return new Unresolved(reason, 'plan references must have a class reference set');
  }
  const planStyle = scope.styles.find((candidate) => isSet(spec[candidate.planField]));
  if (planStyle !== undefined && style !== undefined && planStyle !== style) {
    return new Unresolved(
      'ReferencesNonexistentServicePlan',
      `must specify ${style.planField} with ${style.classField}`,
    );
  }
  return {
    scope,
    style: style ?? planStyle,
    className: style && spec[style.classField],
    planName: planStyle && spec[planStyle.planField],
  };
}

function mentions(spec: InstanceSpec, scope: Scope): boolean {
  return scope.styles.some((style) => isSet(spec[style.classField]) || isSet(spec[style.planField]))
    ? true
    : spec[scope.classRef] !== undefined;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

function hasPlanField(spec: InstanceSpec, scope: Scope): boolean {
  return scope.styles.some((style) => isSet(spec[style.planField]));
}

function findClass(
  { spec, metadata }: ServiceInstance,
  { scope, style, className = '' }: Written,
  catalog: CatalogView,
): ServiceClass | Unresolved {
  const reason = 'ReferencesNonexistentServiceClass';
  const ref = spec[scope.classRef];
  if (ref !== undefined) {
    const message = `The instance references a non-existent ${scope.classKind} (K8S: "${ref.name}" ExternalName: "${className}")`;
    return catalog.class(scope, metadata.namespace, ref.name) ?? new Unresolved(reason, message);
  }
  const by = style?.by ?? 'name';
  const found =
    by === 'name'
      ? [catalog.class(scope, metadata.namespace, className)].filter((item) => item !== undefined)
      : preferOffered(catalog.classesBy(scope, metadata.namespace, by, className));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const message =
    `The instance references a ${scope.classKind} that does not exist. References a non-existent ` +
    `${scope.classKind} ${braces(style?.classField, className)} or there is more than one (found: ${found.length})`;
  return new Unresolved(reason, message);
}

function findPlan(
  { spec, metadata: { namespace } }: ServiceInstance,
  { scope, style, className = '', planName }: Written,
  {
    catalog,
    serviceClass,
    broker,
  }: { catalog: CatalogView; serviceClass: ServiceClass; broker: ServiceBroker },
): ServicePlan | Unresolved {
  const reason = 'ReferencesNonexistentServicePlan';
  const plans = catalog.plansOfClass(scope, namespace, serviceClass.metadata.name);
  if (planName === undefined || style === undefined) {
    const ref = spec[scope.planRef];
    if (ref === undefined) return defaultPlan(broker, serviceClass, plans);
    const message = `The instance references a non-existent ${scope.planKind} "${ref.name}" - ${prettyName(serviceClass)}`;
    return plans.find((plan) => plan.metadata.name === ref.name) ?? new Unresolved(reason, message);
  }
  const found = preferOffered(plans.filter((plan) => named(plan, style) === planName));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const message =
    `The instance references a ${scope.planKind} that does not exist. References a non-existent ${scope.planKind} ` +
    `${braces(style.planField, planName)} on ${scope.classKind} ${serviceClass.metadata.name} ` +
    `${braces(style.classField, className)} or there is more than one (found: ${found.length})`;
  return new Unresolved(reason, message);
}

function defaultPlan(
  broker: ServiceBroker,
  serviceClass: ServiceClass,
  plans: readonly ServicePlan[],
): ServicePlan | Unresolved {
  const reason = 'ReferencesNonexistentServicePlan';
  if (broker.status?.lastCatalogRetrievalTime === undefined) {
    // Plans are created one after the other: until all are there, the first would look like the only one.
    const message = `no plan can be chosen before the catalog of the broker "${broker.metadata.name}" was fetched`;
    return new Unresolved(reason, message);
  }
  const offered = plans.filter((plan) => plan.status?.removedFromBrokerCatalog !== true);
  const [only] = offered;
  if (only !== undefined && offered.length === 1) return only;
  const { externalName } = serviceClass.spec;
  const message =
    only === undefined
      ? `no ${scopeOfKind(broker.kind).planKind}s found at all for ${serviceClass.kind} "${externalName}"`
      : `${serviceClass.kind} (K8S: ${serviceClass.metadata.name} ExternalName: ${externalName}) has more than one ` +
        'plan, PlanName must be specified';
  return new Unresolved(reason, message);
}

/** A name that a removed entry shares with an offered one means the offered one. */
function preferOffered<Entry extends ClassOrPlan>(entries: Entry[]): Entry[] {
  const offered = entries.filter((entry) => entry.status?.removedFromBrokerCatalog !== true);
  return offered.length === 1 ? offered : entries;
}

function named(entry: ClassOrPlan, { by }: ReferenceStyle): string {
  return by === 'name' ? entry.metadata.name : entry.spec[by];
}

function braces(field: string | undefined, value: string): string {
  const name = field === undefined ? '' : field.charAt(0).toUpperCase() + field.slice(1);
  return `{${name}:"${value}"}`;
}
