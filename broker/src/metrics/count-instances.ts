import type { Catalog } from '../catalog/build-catalog.js';
import type { InstanceStore } from '../store/instance-store.js';
import type { InstanceCount } from './metrics.js';

/** What instances of plans are counted under that the catalog does not hold any more. */
const UNPUBLISHED = 'unpublished';

/** Counts the instances by plan and state in one pass over the store. @throws StoreUnavailable */
export async function countInstances(
  store: Pick<InstanceStore, 'list'>,
  { services }: Pick<Catalog, 'services'>,
): Promise<InstanceCount[]> {
  const names = new Map(
    services.flatMap(({ name: service, plans }) =>
      plans.map(({ id, name }) => [id, { service, plan: name }]),
    ),
  );
  const counts = new Map<string, InstanceCount>();
  for await (const { record } of store.list()) {
    const { service, plan } = names.get(record.attributes.planId) ?? {
      service: UNPUBLISHED,
      plan: UNPUBLISHED,
    };
    const { state } = record;
    const key = JSON.stringify([service, plan, state]);
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { service, plan, state, count: 1 });
    else known.count += 1;
  }
  return [...counts.values()];
}
