import {
  matchesLabelSelector,
  parseLabelSelector,
  SelectorError,
  type LabelRequirement,
  type LabelSelector,
} from '@mesitis/kube/selectors';
import type { NamedEntry } from '../conflicts.js';
import type { WrappedResource } from '../model.js';
import { lateOrders, type LateOrder } from './late-orders.js';

/** An entry that has objects made, with its selector; undefined when that depends on the instance: it may select any. */
interface Selecting {
  named: NamedEntry;
  selector: LabelSelector | undefined;
}

/**
 * Which of the entries have which of the objects made. Selectors are read once, and most pairs are found by a label
 * instead of by trying every object with every entry, which tens of thousands in one namespace would not bear.
 */
export class Selections {
  readonly #resources: readonly WrappedResource[];
  readonly #byLabel = new Map<string, WrappedResource[]>();
  readonly #byEntry: Map<NamedEntry, Selecting>;
  readonly #byWantedLabel = new Map<string, Selecting[]>();
  /** Those whose selectors want no label to have a certain value. */
  readonly #others: Selecting[] = [];
  readonly #late = new Map<NamedEntry, LateOrder[]>();

  constructor(entries: readonly NamedEntry[], resources: readonly WrappedResource[]) {
    this.#resources = resources;
    this.#byEntry = new Map(
      entries.flatMap((named) =>
        named.entry.provision.kind === 'ProvisionConfigMapObjects'
          ? [[named, { named, selector: selectorOf(named.entry.provision) }]]
          : [],
      ),
    );
    for (const selecting of this.#byEntry.values()) {
      const wanted = wantedLabels(selecting.selector);
      if (wanted === undefined) this.#others.push(selecting);
      else for (const label of wanted) add(this.#byWantedLabel, label, selecting);
    }
    for (const resource of resources) {
      for (const [key, value] of Object.entries(resource.labels))
        add(this.#byLabel, `${key}=${value}`, resource);
    }
  }

  /** The objects that an entry has made. */
  resourcesOf(named: NamedEntry): WrappedResource[] {
    const selecting = this.#byEntry.get(named);
    if (selecting === undefined) return [];
    const wanted = wantedLabels(selecting.selector);
    const candidates = wanted?.flatMap((label) => this.#byLabel.get(label) ?? []) ?? this.#resources;
    return candidates.filter((resource) => selects(selecting, resource));
  }

  /** The entries that have an object made. */
  entriesOf(resource: WrappedResource): NamedEntry[] {
    const byLabel = Object.entries(resource.labels).flatMap(
      ([key, value]) => this.#byWantedLabel.get(`${key}=${value}`) ?? [],
    );
    return [...byLabel, ...this.#others]
      .filter((selecting) => selects(selecting, resource))
      .map(({ named }) => named);
  }

  /** What of an entry's objects is made too late ({@link lateOrders}). */
  lateOf(named: NamedEntry): LateOrder[] {
    const known = this.#late.get(named);
    if (known !== undefined) return known;
    const late = lateOrders(this.resourcesOf(named));
    this.#late.set(named, late);
    return late;
  }
}

/** The selector of an entry; undefined when it depends on the instance, and may select any object. */
export function selectorOf({ labelSelector }: { labelSelector: string }): LabelSelector | undefined {
  try {
    return parseLabelSelector(labelSelector);
  } catch (error) {
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}

/** Labels of which an object must have one to be selected; undefined when it may do without. */
export function wantedLabels(selector: LabelSelector | undefined): string[] | undefined {
  const requirement = selector?.find(isIn);
  return requirement && [...new Set(requirement.values)].map((value) => `${requirement.key}=${value}`);
}

function isIn(requirement: LabelRequirement): requirement is LabelRequirement & { operator: 'In' | 'NotIn' } {
  return requirement.operator === 'In';
}

function selects({ selector }: Selecting, { labels }: WrappedResource): boolean {
  return selectsLabels(selector, labels);
}

/** Whether a selector selects an object with these labels. */
export function selectsLabels(
  selector: LabelSelector | undefined,
  labels: Readonly<Record<string, string>>,
): boolean {
  return selector === undefined || matchesLabelSelector(selector, labels);
}

function add<Key, Value>(groups: Map<Key, Value[]>, key: Key, value: Value): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [value]);
  else group.push(value);
}
