import { isDeepStrictEqual } from 'node:util';
import type { BindingAttributes, InstanceAttributes } from '../store/instance-record.js';
import { member } from '../json.js';

/**
 * Whether two provision requests ask for the same (osb.md 1.14). Of the context only the namespace counts: the rest
 * (instance name, cluster id, annotations) may change between a request and its repetition.
 */
export function isSameInstance(a: InstanceAttributes, b: InstanceAttributes): boolean {
  return (
    a.serviceId === b.serviceId &&
    a.planId === b.planId &&
    a.organizationGuid === b.organizationGuid &&
    a.spaceGuid === b.spaceGuid &&
    member(a.context, 'namespace') === member(b.context, 'namespace') &&
    isDeepStrictEqual(a.parameters, b.parameters)
  );
}

/** Whether two bind requests ask for the same (osb.md 1.14). */
export function isSameBinding(a: BindingAttributes, b: BindingAttributes): boolean {
  return (
    a.serviceId === b.serviceId &&
    a.planId === b.planId &&
    a.appGuid === b.appGuid &&
    a.route === b.route &&
    isDeepStrictEqual(a.parameters, b.parameters)
  );
}
