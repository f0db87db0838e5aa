import { findConflicts, mayConflict, type NamedEntry } from '../conflicts.js';
import { LABELS } from '../labels.js';
import type { Violation, WrappedResource } from '../model.js';
import { CLUSTER_RULES } from '../rules.js';
import { hasExpression } from '../template/index.js';
import { quote } from '../wording.js';
import type { LateOrder } from './late-orders.js';
import { enabledEntries, enabledResources, type Published } from './published.js';
import { Selections } from './selections.js';

/**
 * Judges a ConfigMap by those beside it, which the same broker reads: entries that can't stand together (an error), an
 * entry that selects nothing, an object that nothing selects, and objects that are made before what their Pods need
 * (warnings). What is disabled is in nobody's way and gets no word. Pure; design section 2.
 *
 * @param neighbours all others of the namespace that can be used
 * @param payload the path of the payload: `data.wrapped-resource`
 */
export function judgeNeighbours(
  one: Published,
  neighbours: readonly Published[],
  payload: string,
): Violation[] {
  return new Neighbourhood([one, ...relevant(one, neighbours)]).judge(one, payload);
}

/** Those that matter for one: to group all of a namespace takes longer than all other rules together. */
function relevant({ value }: Published, neighbours: readonly Published[]): readonly Published[] {
  if (value.type !== 'catalog-entry') return neighbours;
  const selects = value.entry.provision.kind === 'ProvisionConfigMapObjects';
  return neighbours.filter((other) =>
    other.value.type === 'catalog-entry' ? mayConflict(value.entry, other.value.entry) : selects,
  );
}

/** All ConfigMaps of a namespace that can be used, each of which can be judged by the others. */
export class Neighbourhood {
  readonly #entries: Map<Published['value'], NamedEntry>;
  readonly #resources: readonly WrappedResource[];
  // Either takes a look at all of them, and many a ConfigMap needs none.
  #selections: Selections | undefined;
  #conflicts: Map<string, string> | undefined;

  constructor(published: readonly Published[]) {
    const entries = published.flatMap((one) =>
      enabledEntries([one]).map((named) => [one.value, named] as const),
    );
    this.#entries = new Map(entries);
    this.#resources = enabledResources(published);
  }

  /**
   * What is wrong with one of them beside the others ({@link judgeNeighbours}).
   * @param payload the path of its payload
   */
  judge({ value }: Published, payload: string): Violation[] {
    if (value.type === 'wrapped-resource')
      return value.resource.enabled ? this.#judgeResource(value.resource) : [];
    const named = this.#entries.get(value);
    return named === undefined
      ? []
      : [...this.#conflict(named, payload), ...this.#judgeSelector(named, payload)];
  }

  #select(): Selections {
    this.#selections ??= new Selections([...this.#entries.values()], this.#resources);
    return this.#selections;
  }

  #conflict({ configMap }: NamedEntry, payload: string): Violation[] {
    this.#conflicts ??= findConflicts([...this.#entries.values()]);
    const message = this.#conflicts.get(configMap);
    return message === undefined ? [] : [violation('entry-conflict', payload, message)];
  }

  #judgeSelector(named: NamedEntry, payload: string): Violation[] {
    const { provision } = named.entry;
    // What a selector with an expression comes to is known only for an instance.
    if (provision.kind !== 'ProvisionConfigMapObjects' || hasExpression(provision.labelSelector)) return [];
    const path = `${payload}: provisiondata.labelSelector`;
    const selections = this.#select();
    if (selections.resourcesOf(named).length === 0) {
      const message = `${quote(provision.labelSelector)} selects no enabled object in this namespace, so no instance can be made; publish the objects with such labels, or correct it`;
      return [violation('selector-empty', path, message)];
    }
    return selections.lateOf(named).map(({ message }) => violation('order-late', path, message));
  }

  #judgeResource(resource: WrappedResource): Violation[] {
    const selections = this.#select();
    const selecting = selections.entriesOf(resource);
    if (selecting.length === 0) {
      const message =
        'are selected by no enabled entry in this namespace, so this object is never made; publish an entry whose labelSelector selects them, or correct them';
      return [violation('object-unselected', 'metadata.labels', message)];
    }
    const own = ({ dependant, needed }: LateOrder): boolean => dependant === resource || needed === resource;
    const late = selecting.flatMap((named) => selections.lateOf(named).filter(own));
    // Versions of one offering share their objects.
    return [...new Set(late.map(({ message }) => message))].map((message) =>
      violation('order-late', `metadata.labels["${LABELS.order}"]`, message),
    );
  }
}

function violation(
  rule: 'entry-conflict' | 'selector-empty' | 'object-unselected' | 'order-late',
  path: string,
  message: string,
): Violation {
  const { id, severity } = CLUSTER_RULES[rule];
  return { rule: id, severity, path, message };
}
