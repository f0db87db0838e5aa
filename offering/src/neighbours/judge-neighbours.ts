import { findConflicts, type NamedEntry } from '../conflicts.js';
import { LABELS } from '../labels.js';
import type { CatalogEntry, Violation, WrappedResource } from '../model.js';
import { CLUSTER_RULES } from '../rules.js';
import { hasExpression } from '../template/index.js';
import { quote } from '../wording.js';
import { lateOrders } from './late-orders.js';
import { enabledEntries, enabledResources, selects, type Published } from './published.js';

/**
 * Judges a ConfigMap by those beside it, which the same broker reads: entries that can't stand together (an error), an
 * entry that selects nothing, an object that nothing selects, and objects that are made before what their Pods need
 * (warnings). What is disabled is in nobody's way and gets no word. Pure; design section 2.
 *
 * @param neighbours all others of the namespace that can be used
 * @param payload the path of the payload: `data.wrapped-resource`
 */
export function judgeNeighbours(
  { configMap, value }: Published,
  neighbours: readonly Published[],
  payload: string,
): Violation[] {
  if (value.type === 'wrapped-resource') {
    return value.resource.enabled ? judgeResource(value.resource, neighbours) : [];
  }
  if (!value.enabled) return [];
  const named = { configMap, entry: value.entry };
  return [...conflict(named, neighbours, payload), ...judgeSelector(value.entry, neighbours, payload)];
}

function conflict(named: NamedEntry, neighbours: readonly Published[], payload: string): Violation[] {
  const message = findConflicts([named, ...enabledEntries(neighbours)]).get(named.configMap);
  return message === undefined ? [] : [violation('entry-conflict', payload, message)];
}

function judgeSelector(
  { provision }: CatalogEntry,
  neighbours: readonly Published[],
  payload: string,
): Violation[] {
  // What a selector with an expression comes to is known only for an instance.
  if (provision.kind !== 'ProvisionConfigMapObjects' || hasExpression(provision.labelSelector)) return [];
  const path = `${payload}: provisiondata.labelSelector`;
  const selected = enabledResources(neighbours).filter((resource) => selects(provision, resource));
  if (selected.length === 0) {
    const message = `${quote(provision.labelSelector)} selects no enabled object in this namespace, so no instance can be made; publish the objects with such labels, or correct it`;
    return [violation('selector-empty', path, message)];
  }
  return lateOrders(selected).map(({ message }) => violation('order-late', path, message));
}

function judgeResource(resource: WrappedResource, neighbours: readonly Published[]): Violation[] {
  const selecting = enabledEntries(neighbours).filter(({ entry }) => takes(entry, resource));
  if (selecting.length === 0) {
    const message =
      'are selected by no enabled entry in this namespace, so this object is never made; publish an entry whose labelSelector selects them, or correct them';
    return [violation('object-unselected', 'metadata.labels', message)];
  }
  const beside = enabledResources(neighbours).filter((other) =>
    selecting.some(({ entry }) => takes(entry, other)),
  );
  return lateOrders([resource, ...beside])
    .filter(({ dependant, needed }) => dependant === resource || needed === resource)
    .map(({ message }) => violation('order-late', `metadata.labels["${LABELS.order}"]`, message));
}

function takes({ provision }: CatalogEntry, resource: WrappedResource): boolean {
  return provision.kind === 'ProvisionConfigMapObjects' && selects(provision, resource);
}

function violation(
  rule: 'entry-conflict' | 'selector-empty' | 'object-unselected' | 'order-late',
  path: string,
  message: string,
): Violation {
  const { id, severity } = CLUSTER_RULES[rule];
  return { rule: id, severity, path, message };
}
