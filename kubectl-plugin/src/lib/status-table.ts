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

/** A line for each instance, followed by a line for each of its bindings; bindings without an instance come last. */
export function statusTable(
  instances: readonly KubeObject[],
  bindings: readonly KubeObject[],
  look: Look,
): string {
  const names = new Set(instances.map(nameOf));
  const stray = bindings.filter((binding) => !names.has(instanceNameOf(binding)));
  const rows = [
    ...instances.toSorted(byName).flatMap((instance) => [
      instanceRow(instance, look),
      ...bindingsOf(nameOf(instance), bindings)
        .sort(byName)
        .map((binding) => bindingRow(binding, look)),
    ]),
    ...stray.sort(byName).map((binding) => bindingRow(binding, look)),
  ];
  return renderTable({ header: ['KIND', 'NAME', 'STATUS', 'AGE', 'OFFERING'], rows }, look.width);
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
