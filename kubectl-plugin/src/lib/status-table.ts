import type { KubeObject } from '@mesitis/kube';
import { age } from './age.js';
import type { Colors } from './colors.js';
import { byName, nameOf } from './objects.js';
import { bindingsOf, instanceNameOf, requestedOffering } from './service-catalog.js';
import { stateOf, stateWord } from './state.js';
import { renderTable, type Cell } from './table.js';

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
  const { allNamespaces, headless, width } = look;
  const header = ['KIND', 'NAME', 'STATUS', 'AGE', 'OFFERING'];
  const rows = objects.map((object) =>
    object.kind === 'ServiceBinding' ? bindingRow(object, look) : instanceRow(object, look),
  );
  if (!allNamespaces) return renderTable({ header, rows, headless }, width);
  return renderTable(
    {
      header: ['NAMESPACE', ...header],
      rows: rows.map((row, index) => [objects[index]?.metadata.namespace ?? '', ...row]),
      headless,
    },
    width,
  );
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
  return left.localeCompare(right) || byName(one, other);
}

function instanceRow(instance: KubeObject, look: Look): (Cell | string)[] {
  return [
    'instance',
    nameOf(instance),
    statusCell(instance, look),
    age(instance.metadata.creationTimestamp, look.now),
    requestedOffering(instance),
  ];
}

function bindingRow(binding: KubeObject, look: Look): (Cell | string)[] {
  return [
    'binding',
    nameOf(binding),
    statusCell(binding, look),
    age(binding.metadata.creationTimestamp, look.now),
    `of ${instanceNameOf(binding)}`,
  ];
}

function statusCell(object: KubeObject, { colors }: Look): Cell {
  const state = stateOf(object);
  return { text: stateWord(state), paint: (text) => colors.state(state.kind, text) };
}
