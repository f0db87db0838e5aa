import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, OwnerReference } from '@mesitis/kube';
import { hasFinalizer, withFinalizer } from '../model/finalizer.js';
import { API_VERSION, FINALIZER } from '../model/kinds.js';
import type { Scope } from '../model/kinds.js';
import { classLabels, hasLabels, mergedLabels, planLabels } from '../model/labels.js';
import { escapedName } from '../model/names.js';
import { isDeleting } from '../model/objects.js';
import type { ClassOrPlan, ServiceBroker, ServicePlan } from '../model/objects.js';
import type { OfferedPlan, OfferedService } from './catalog-payload.js';

/** A class or a plan as it should be: what is compared with what exists, and what is created. */
export interface DesiredObject {
  kind: string;
  name: string;
  spec: Record<string, unknown>;
  labels: Record<string, string>;
}

/** The classes that a catalog asks for. `existing` are the names in use: old installations named some by the raw id. */
export function desiredClasses(
  scope: Scope,
  broker: ServiceBroker,
  services: readonly OfferedService[],
  existing: ReadonlySet<string>,
): DesiredObject[] {
  return services.map((service) => {
    const spec = {
      [scope.brokerName]: broker.metadata.name,
      externalName: service.name,
      externalID: service.id,
      description: service.description,
      bindable: service.bindable,
      bindingRetrievable: service.bindingRetrievable,
      planUpdatable: service.planUpdatable,
      tags: service.tags,
      requires: service.requires,
      ...(service.metadata === undefined ? {} : { externalMetadata: service.metadata }),
    };
    return {
      kind: scope.classKind,
      name: nameOf(service.id, existing),
      spec,
      labels: classLabels(scope, { ...spec, [scope.brokerName]: broker.metadata.name }),
    };
  });
}

/** The plans that a catalog asks for; the classes' names as {@link desiredClasses} gave them. */
export function desiredPlans(
  scope: Scope,
  broker: ServiceBroker,
  services: readonly OfferedService[],
  existing: { classes: ReadonlySet<string>; plans: ReadonlySet<string> },
): DesiredObject[] {
  return services.flatMap((service) =>
    service.plans.map((plan) => {
      const classRef = { name: nameOf(service.id, existing.classes) };
      const spec = {
        [scope.brokerName]: broker.metadata.name,
        [scope.classRef]: classRef,
        ...planSpec(plan),
      };
      return {
        kind: scope.planKind,
        name: nameOf(plan.id, existing.plans),
        spec,
        labels: planLabels(scope, spec),
      };
    }),
  );
}

function planSpec({ id, name, ...plan }: OfferedPlan): ServicePlan['spec'] {
  const { metadata, ...rest } = plan;
  return {
    externalName: name,
    externalID: id,
    ...rest,
    ...(metadata === undefined ? {} : { externalMetadata: metadata }),
  };
}

function nameOf(id: string, existing: ReadonlySet<string>): string {
  return existing.has(id) ? id : escapedName(id);
}

/** A new class or plan, owned by its broker so that it can't outlive it, and held while instances use it. */
export function newObject(broker: ServiceBroker, desired: DesiredObject): KubeObject {
  const { namespace } = broker.metadata;
  return {
    apiVersion: API_VERSION,
    kind: desired.kind,
    metadata: {
      name: desired.name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: desired.labels,
      ownerReferences: [ownerReference(broker)],
      finalizers: [FINALIZER],
    },
    spec: desired.spec,
  };
}

/**
 * The existing object brought to what the catalog says; undefined when it is already. The id never changes, and
 * fields that are not the broker's to set (`defaultProvisionParameters`, unknown extras) stay. An object that the
 * archived controller made has no finalizer, and in a namespace no owner: it gets them.
 */
export function updatedObject(
  broker: ServiceBroker,
  existing: ClassOrPlan,
  desired: DesiredObject,
): KubeObject | undefined {
  const kept = Object.fromEntries(
    Object.entries(existing.spec).filter(([field]) => !FROM_CATALOG.has(field)),
  );
  const spec = { ...kept, ...desired.spec, externalID: existing.spec.externalID };
  const managed = isManaged(existing);
  const held = hasFinalizer(existing) || isDeleting(existing) ? existing : withFinalizer(existing);
  if (
    managed &&
    held === existing &&
    isDeepStrictEqual(spec, existing.spec) &&
    hasLabels(existing, desired.labels)
  )
    return undefined;
  const owners = existing.metadata.ownerReferences ?? [];
  const metadata = {
    ...held.metadata,
    labels: mergedLabels(existing, desired.labels),
    ownerReferences: managed ? owners : [...owners, ownerReference(broker)],
  };
  return { ...existing, metadata, spec };
}

/** Everything that a catalog may set; what it no longer mentions goes away. */
const FROM_CATALOG = new Set([
  'description',
  'bindable',
  'bindingRetrievable',
  'planUpdatable',
  'tags',
  'requires',
  'free',
  'externalName',
  'externalMetadata',
  'instanceCreateParameterSchema',
  'instanceUpdateParameterSchema',
  'serviceBindingCreateParameterSchema',
  'maintenanceInfo',
  'maximumPollingDuration',
  'bindingRotatable',
]);

/** The object with `status.removedFromBrokerCatalog` as given; undefined when it reads so already. */
export function withRemoved(object: ClassOrPlan, removed: boolean): KubeObject | undefined {
  if ((object.status?.removedFromBrokerCatalog ?? false) === removed) return undefined;
  return { ...object, status: { ...object.status, removedFromBrokerCatalog: removed } };
}

/** Whether a catalog made this object, as opposed to a person: only then may a catalog remove it. */
export function isManaged(object: KubeObject): boolean {
  return (object.metadata.ownerReferences ?? []).some(({ controller, apiVersion, kind }) => {
    const known = kind === 'ClusterServiceBroker' || kind === 'ServiceBroker';
    return controller === true && apiVersion === API_VERSION && known;
  });
}

function ownerReference(broker: ServiceBroker): OwnerReference {
  return {
    apiVersion: API_VERSION,
    kind: broker.kind,
    name: broker.metadata.name,
    uid: broker.metadata.uid,
    controller: true,
    blockOwnerDeletion: false,
  };
}
