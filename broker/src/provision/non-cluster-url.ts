import { BrokerError } from '../errors.js';
import type { Coordinates } from './coordinates.js';
import { coordinatesOfUrl } from './coordinates.js';
import type { Provisioner, ProvisionOf } from './provisioner.js';

/** ProvisionNonClusterURL: a URL out of the cluster, of which nothing is made. */
export const nonClusterUrl: Provisioner<ProvisionOf<'ProvisionNonClusterURL'>> = {
  kind: 'ProvisionNonClusterURL',
  async plan({ url }) {
    return Promise.resolve({ objects: [], coordinates: coordinates(url) });
  },
  async make() {
    return Promise.resolve({ objects: [] });
  },
  async remove() {
    await Promise.resolve();
  },
};

function coordinates(url: string): Coordinates {
  try {
    return coordinatesOfUrl(url);
  } catch (error) {
    throw new BrokerError(
      'OfferingMisconfigured',
      'provisiondata.url is not a URL; ask the provider to fix it',
      {
        cause: error,
      },
    );
  }
}
