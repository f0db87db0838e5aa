import type { CallOptions, Kube, KubeObject } from '@mesitis/kube';
import { Unresolved, resolveReferences, withReferences, type Resolved } from '../instance/references.js';
import { API_VERSION, BINDING_KIND, INSTANCE_KIND, SCOPES } from '../model/kinds.js';
import { asBinding, asInstance, isDeleting } from '../model/objects.js';
import type { InstanceSpec, ServiceInstance } from '../model/objects.js';
import { checkBrokerSecret } from './broker-secret.js';
import { checkImmutable } from './check-immutable.js';
import { checkLock } from './check-lock.js';
import { checkParametersBy } from './check-parameters.js';
import type { Refusal, Write } from './kinds.js';
import { loadCatalog, type CatalogKube } from './live-catalog.js';
import { asksForMore, mutate, planChanges, specOf, type Mutated } from './mutate.js';

/** What is said of a write. Nothing is stored when there are refusals. */
export interface Verdict {
  refusals: Refusal[];
  warnings: string[];
}

/** How mutating goes on. */
export interface MutateOptions extends CallOptions {
  /** Makes an OSB id: a UUID. */
  newId: () => string;
}

/** How validating goes on. */
export interface ValidateOptions extends CallOptions {
  /** Whether an instance is locked while its broker works: Service Catalog's gate OriginatingIdentityLocking. */
  locking: boolean;
}

/**
 * Mutating admission: {@link mutate}, and the only plan of a class for a new instance that names none; refused when there
 * is not exactly one, in the words of the controller. Throws a KubeError when the catalog can't be read.
 */
export async function mutateWrite(
  kube: CatalogKube,
  write: Write,
  { newId, ...options }: MutateOptions,
): Promise<Mutated & Verdict> {
  const mutated = mutate(write, newId);
  const isNew = write.operation === 'CREATE' && write.object.kind === INSTANCE_KIND;
  const instance = asInstance({ ...write.object, spec: mutated.spec });
  if (!isNew || namesPlan(instance.spec)) return { ...mutated, refusals: [] };
  const resolved = await resolve(kube, instance, options);
  if (resolved instanceof Unresolved) {
    return { ...mutated, refusals: [{ rule: 'default-plan', message: resolved.message, code: 403 }] };
  }
  const planField = resolved.style?.planField;
  if (planField === undefined) return { ...mutated, refusals: [] };
  const chosen = withReferences(instance.spec, resolved)[planField];
  return { ...mutated, spec: { ...mutated.spec, [planField]: chosen }, refusals: [] };
}

/** Validating admission of a write that was mutated. Throws a KubeError when what it takes can't be read. */
export async function validateWrite(
  kube: CatalogKube & Pick<Kube, 'create'>,
  write: Write,
  options: ValidateOptions,
): Promise<Refusal[]> {
  const { operation, object, oldObject } = write;
  const isNew = operation === 'CREATE' || oldObject === undefined;
  if (isDeleting(object) || (!isNew && !asksForMore(specOf(object), specOf(oldObject)))) return [];
  switch (object.kind) {
    case 'ClusterServiceBroker':
    case 'ServiceBroker':
      return checkBrokerSecret(kube, write, options);
    case INSTANCE_KIND:
      return validateInstance(kube, write, options);
    case BINDING_KIND:
      return isNew ? validateBinding(kube, write, options) : [];
    default:
      return [];
  }
}

/** What may not be changed at all, or not now. */
function checkChange(object: KubeObject, oldObject: KubeObject, locking: boolean): Refusal[] {
  const changed = checkImmutable(specOf(object), specOf(oldObject));
  return changed.length > 0 || !locking ? changed : checkLock(asInstance(oldObject).status);
}

async function validateInstance(
  kube: CatalogKube,
  { operation, object, oldObject }: Write,
  { locking, ...options }: ValidateOptions,
): Promise<Refusal[]> {
  const old = operation === 'UPDATE' && oldObject !== undefined ? specOf(oldObject) : undefined;
  const forbidden = oldObject === undefined ? [] : checkChange(object, oldObject, locking);
  if (forbidden.length > 0) return forbidden;
  const instance = asInstance(object);
  const resolved = await resolve(kube, instance, options);
  // Whatever leads nowhere is accepted: the controller says so in a condition, and tries again when there is more.
  if (resolved instanceof Unresolved) return [];
  const { class: serviceClass, plan } = resolved;
  if (old !== undefined && planChanges(specOf(object), old) && serviceClass.spec.planUpdatable === false) {
    const message = `The Service Class ${serviceClass.spec.externalName} does not allow plan changes.`;
    return [{ rule: 'plan-change', message, code: 403 }];
  }
  const schema = old === undefined ? 'instanceCreateParameterSchema' : 'instanceUpdateParameterSchema';
  const hasDefaults = [serviceClass, plan].some(({ spec }) => 'defaultProvisionParameters' in spec);
  return checkParametersBy(schemaOf(plan.spec, schema), instance.spec, hasDefaults);
}

async function validateBinding(
  kube: CatalogKube,
  { object }: Write,
  options: CallOptions,
): Promise<Refusal[]> {
  const binding = asBinding(object);
  const { namespace } = binding.metadata;
  const name = binding.spec.instanceRef?.name ?? '';
  const found = await kube.get({ apiVersion: API_VERSION, kind: INSTANCE_KIND, namespace, name }, options);
  if (found === undefined) return [];
  const instance = asInstance(found);
  if (isDeleting(instance)) {
    const message = `ServiceBinding ${namespace}/${binding.metadata.name} references a ServiceInstance that is being deleted: ${namespace}/${name}`;
    return [{ rule: 'instance-deleting', message, code: 403 }];
  }
  const resolved = await resolve(kube, instance, options);
  if (resolved instanceof Unresolved) return [];
  return checkParametersBy(schemaOf(resolved.plan.spec, 'serviceBindingCreateParameterSchema'), binding.spec);
}

async function resolve(
  kube: CatalogKube,
  instance: ServiceInstance,
  options: CallOptions,
): Promise<Resolved | Unresolved> {
  const { namespace } = instance.metadata;
  return resolveReferences(instance, await loadCatalog(kube, { namespace, spec: instance.spec }, options));
}

function schemaOf(spec: Record<string, unknown>, key: string): Parameters<typeof checkParametersBy>[0] {
  const schema = spec[key];
  return typeof schema === 'object' && schema !== null && !Array.isArray(schema)
    ? (schema as Parameters<typeof checkParametersBy>[0])
    : undefined;
}

function namesPlan(spec: InstanceSpec): boolean {
  return SCOPES.flatMap(({ styles }) => styles).some(({ planField }) => (spec[planField] ?? '') !== '');
}
