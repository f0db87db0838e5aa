import type { LabelSelector } from '@mesitis/kube/selectors';
import { identitiesOf, mayConflict } from '../conflicts.js';
import type { ProviderConfiguration, WrappedResource } from '../model.js';
import { enabledEntries, type Published } from './published.js';
import { selectorOf, selectsLabels, wantedLabels } from './selections.js';

/**
 * What a namespace publishes, kept so that the ConfigMaps that matter for one are found without a look at all of them:
 * by what entries must not share, and by labels. Grows and shrinks with {@link set} and {@link delete} and never has to be
 * made anew, which for some hundreds of ConfigMaps takes longer than all other rules together.
 */
export class PublishedIndex {
  readonly #byName = new Map<string, Published>();
  readonly #entries = new Groups();
  readonly #resources = new Groups();
  readonly #selecting = new Groups();
  /** Of the entries that select; undefined for one that depends on the instance. */
  readonly #selectors = new Map<Published, LabelSelector | undefined>();

  constructor(published: readonly Published[] = []) {
    for (const one of published) this.set(one);
  }

  /** How many there are. */
  get size(): number {
    return this.#byName.size;
  }

  /** All of them. */
  all(): Published[] {
    return [...this.#byName.values()];
  }

  /** Takes one in, in the place of what its ConfigMap published before. */
  set(published: Published): void {
    this.delete(published.configMap);
    this.#byName.set(published.configMap, published);
    const { value } = published;
    if (value.type === 'wrapped-resource') {
      this.#resources.add([...labelsOf(value.resource), ANY], published);
    } else if (value.enabled) {
      this.#entries.add(identitiesOf(value.entry), published);
      const { provision } = value.entry;
      if (provision.kind !== 'ProvisionConfigMapObjects') return;
      const selector = selectorOf(provision);
      this.#selectors.set(published, selector);
      this.#selecting.add(wantedLabels(selector) ?? [ANY], published);
    }
  }

  /** Forgets what a ConfigMap published. */
  delete(configMap: string): void {
    const published = this.#byName.get(configMap);
    if (published === undefined) return;
    this.#byName.delete(configMap);
    this.#selectors.delete(published);
    for (const groups of [this.#entries, this.#resources, this.#selecting]) groups.remove(published);
  }

  /**
   * Those that can make a difference to what {@link judgeNeighbours} says of one, each once, and without its own earlier
   * state.
   *
   * @param others those that are to be looked at besides; of one name they count instead of those here, and of several of
   *   them the last. Those whose name is not known yet (empty) all count.
   */
  around(one: Published, others: readonly Published[] = []): Published[] {
    const { value } = one;
    const found =
      value.type === 'catalog-entry'
        ? [...this.#conflicting(value), ...this.#selectedBy(one), ...others.filter(matters(value))]
        : [...this.#besideResource(value.resource, others), ...others];
    return beside(one, found, others);
  }

  #conflicting(value: Extract<ProviderConfiguration, { type: 'catalog-entry' }>): Published[] {
    return identitiesOf(value.entry).flatMap((identity) => this.#entries.of(identity));
  }

  /** The objects that an entry has made, one of these or another one. */
  #selectedBy(published: Published): Published[] {
    const { value } = published;
    if (value.type !== 'catalog-entry' || value.entry.provision.kind !== 'ProvisionConfigMapObjects')
      return [];
    const selector = this.#selectors.get(published) ?? selectorOf(value.entry.provision);
    return (wantedLabels(selector) ?? [ANY])
      .flatMap((label) => this.#resources.of(label))
      .filter(
        (other) =>
          other.value.type === 'wrapped-resource' && selectsLabels(selector, other.value.resource.labels),
      );
  }

  /** The entries that have an object made, and what else these have made. */
  #besideResource(resource: WrappedResource, others: readonly Published[]): Published[] {
    const entries = [...labelsOf(resource), ANY]
      .flatMap((label) => this.#selecting.of(label))
      .filter((entry) => selectsLabels(this.#selectors.get(entry), resource.labels));
    const objects = [...entries, ...others.filter((other) => enabledEntries([other]).length > 0)].flatMap(
      (entry) => this.#selectedBy(entry),
    );
    return [...entries, ...objects];
  }
}

/** Stands for what may have any label. */
const ANY = '';

function labelsOf({ labels }: WrappedResource): string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`);
}

/** Whether one of a list can make a difference to an entry. */
function matters({
  entry,
}: Extract<ProviderConfiguration, { type: 'catalog-entry' }>): (other: Published) => boolean {
  const selects = entry.provision.kind === 'ProvisionConfigMapObjects';
  return ({ value }) => (value.type === 'catalog-entry' ? mayConflict(entry, value.entry) : selects);
}

/** Each once, without the earlier state of one and without what one of the others replaces. */
function beside(
  { configMap }: Published,
  found: readonly Published[],
  others: readonly Published[],
): Published[] {
  const latest = new Map(others.map((other) => [other.configMap, other]));
  return [...new Set(found)].filter((other) => {
    if (other.configMap === '') return true;
    return other.configMap !== configMap && (latest.get(other.configMap) ?? other) === other;
  });
}

/** What is published, by any number of keys for each. */
class Groups {
  readonly #byKey = new Map<string, Set<Published>>();
  readonly #keys = new Map<Published, readonly string[]>();

  of(key: string): Published[] {
    return [...(this.#byKey.get(key) ?? [])];
  }

  add(keys: readonly string[], published: Published): void {
    this.#keys.set(published, keys);
    for (const key of keys) {
      const group = this.#byKey.get(key);
      if (group === undefined) this.#byKey.set(key, new Set([published]));
      else group.add(published);
    }
  }

  remove(published: Published): void {
    for (const key of this.#keys.get(published) ?? []) {
      const group = this.#byKey.get(key);
      group?.delete(published);
      if (group?.size === 0) this.#byKey.delete(key);
    }
    this.#keys.delete(published);
  }
}
