import type { KubeObject } from '@mesitis/kube';
import { age } from './age.js';
import type { Colors } from './colors.js';
import { byName, nameOf } from './objects.js';
import { compareNames } from './order.js';
import { bindingsOf, instanceNameOf, requestedOffering } from './service-catalog.js';
import { stateOf, stateWord } from './state.js';
import { renderTable, type Cell, type Table } from './table.js';

/** How to draw: the colours of the stream, its width, and the time. */
export interface Look {
  colors: Colors;
  width: number | undefined;
  now: number;
}

/** How a table of instances and bindings is to look. */
export interface TableLook extends Look {
  /** Whether each line begins with the namespace. */
  allNamespaces: boolean;
  headless: boolean;
}

/**
 * Instances, each followed by its bindings; bindings without an instance come last. By namespace and name.
 */
export function familyOrder(instances: readonly KubeObject[], bindings: readonly KubeObject[]): KubeObject[] {
  const keys = new Set(instances.map((instance) => key(instance, nameOf(instance))));
  const stray = bindings.filter((binding) => !keys.has(key(binding, instanceNameOf(binding))));
  return [
    ...instances
      .toSorted(byPlace)
      .flatMap((instance) => [instance, ...bindingsOfObject(instance, bindings).sort(byName)]),
    ...stray.sort(byPlace),
  ];
}

/** All instances, then all bindings, by namespace and name: the order for programs. */
export function kindOrder(instances: readonly KubeObject[], bindings: readonly KubeObject[]): KubeObject[] {
  return [...instances.toSorted(byPlace), ...bindings.toSorted(byPlace)];
}

/** A line for each instance and binding, in the order given. */
export function statusTable(objects: readonly KubeObject[], look: TableLook): string {
  return renderTable(tableOf(objects, look), look.width);
}

/** The table before it is laid out; a `gone` object is shown as such. */
export function tableOf(objects: readonly KubeObject[], look: TableLook, gone = false): Table {
  const { allNamespaces, headless } = look;
  const header = ['KIND', 'NAME', 'STATUS', 'AGE', 'OFFERING'];
  const rows = objects.map((object) => rowOf(object, look, gone));
  if (!allNamespaces) return { header, rows, headless };
  return {
    header: ['NAMESPACE', ...header],
    rows: rows.map((row, index) => [objects[index]?.metadata.namespace ?? '', ...row]),
    headless,
  };
}

/** What a line shows, but for the age. */
export function gistOf(object: KubeObject): string {
  return [stateWord(stateOf(object)), placeOf(object)].join('\n');
}

function bindingsOfObject(instance: KubeObject, bindings: readonly KubeObject[]): KubeObject[] {
  return bindingsOf(nameOf(instance), bindings).filter(
    ({ metadata }) => metadata.namespace === instance.metadata.namespace,
  );
}

function key({ metadata }: KubeObject, instance: string): string {
  return `${metadata.namespace ?? ''}/${instance}`;
}

function byPlace(one: KubeObject, other: KubeObject): number {
  const [left = '', right = ''] = [one.metadata.namespace, other.metadata.namespace];
  return compareNames(left, right) || byName(one, other);
}

function rowOf(object: KubeObject, { colors, now }: Look, gone: boolean): (Cell | string)[] {
  const state = stateOf(object);
  return [
    object.kind === 'ServiceBinding' ? 'binding' : 'instance',
    nameOf(object),
    gone
      ? { text: 'Gone', paint: colors.faint }
      : { text: stateWord(state), paint: (text) => colors.state(state.kind, text) },
    age(object.metadata.creationTimestamp, now),
    placeOf(object),
  ];
}

/** What an instance is of, and what a binding. */
function placeOf(object: KubeObject): string {
  return object.kind === 'ServiceBinding' ? `of ${instanceNameOf(object)}` : requestedOffering(object);
}
