import type { Provision } from '@mesitis/offering';
import type { Provisioner, ProvisionOf } from './provisioner.js';

/** A way of provisioning of which nothing is made: what is shared is there already, and stays. */
export function sharing<Kind extends Provision['kind']>(
  kind: Kind,
  plan: Provisioner<ProvisionOf<Kind>>['plan'],
): Provisioner<ProvisionOf<Kind>> {
  return {
    kind,
    plan,
    make: async (made) => Promise.resolve({ made }),
    awaitReady: async () => Promise.resolve(),
    change: async (_from, to) => Promise.resolve(to),
    remove: async () => Promise.resolve(),
  } as Provisioner<ProvisionOf<Kind>>;
}
