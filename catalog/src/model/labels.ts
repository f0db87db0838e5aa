import { createHash } from 'node:crypto';
import type { KubeObject } from '@mesitis/kube';
import type { Scope } from './kinds.js';
import type { InstanceSpec, ServiceClass, ServicePlan } from './objects.js';

const PREFIX = 'servicecatalog.k8s.io/';

/** The value of every label of this API: lower-case hex SHA-224, because the raw value may not be a legal label. */
export function sha224(value: string): string {
  return createHash('sha224').update(value).digest('hex');
}

/** One label as a selector of the API. */
export function labelSelector(field: string, value: string): string {
  return `${PREFIX}${field}=${sha224(value)}`;
}

/** The labels by which `svcat` finds a class (service-catalog.md section 1.2). */
export function classLabels(scope: Scope, spec: ServiceClass['spec']): Record<string, string> {
  return hashed({
    'spec.externalID': spec.externalID,
    'spec.externalName': spec.externalName,
    [`spec.${scope.brokerName}`]: spec[scope.brokerName],
  });
}

/** The labels by which `svcat` finds a plan. */
export function planLabels(scope: Scope, spec: ServicePlan['spec']): Record<string, string> {
  return hashed({
    'spec.externalID': spec.externalID,
    'spec.externalName': spec.externalName,
    [`spec.${scope.brokerName}`]: spec[scope.brokerName],
    [`spec.${scope.classRef}.name`]: spec[scope.classRef]?.name,
  });
}

/** The labels of an instance whose references are set. */
export function instanceLabels(scope: Scope, spec: InstanceSpec): Record<string, string> {
  return hashed({
    [`spec.${scope.classRef}.name`]: spec[scope.classRef]?.name,
    [`spec.${scope.planRef}.name`]: spec[scope.planRef]?.name,
  });
}

/** Whether the object carries all of these labels. */
export function hasLabels(object: KubeObject, labels: Record<string, string>): boolean {
  return Object.entries(labels).every(([key, value]) => object.metadata.labels?.[key] === value);
}

/** The object's labels and these, which win. */
export function mergedLabels(object: KubeObject, labels: Record<string, string>): Record<string, string> {
  return { ...object.metadata.labels, ...labels };
}

function hashed(fields: Record<string, string | undefined>): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [field, value] of Object.entries(fields)) {
    if (value !== undefined && value !== '') labels[PREFIX + field] = sha224(value);
  }
  return labels;
}
