import { BrokerError } from '../errors.js';
import type { Coordinates } from './coordinates.js';
import { coordinatesOfUrl } from './coordinates.js';
import { sharing } from './sharing.js';

/** ProvisionNonClusterURL: a URL out of the cluster, of which nothing is made. */
export const nonClusterUrl = sharing('ProvisionNonClusterURL', async ({ url }) =>
  Promise.resolve({ objects: [], coordinates: coordinates(url) }),
);

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
