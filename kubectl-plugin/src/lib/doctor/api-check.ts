import { SERVICE_CATALOG } from '../service-catalog.js';
import type { Check, Patient } from './check.js';

const KINDS = [
  'ClusterServiceBroker',
  'ClusterServiceClass',
  'ClusterServicePlan',
  'ServiceBroker',
  'ServiceClass',
  'ServicePlan',
  'ServiceInstance',
  'ServiceBinding',
];

/** Whether the cluster serves the eight kinds of the platform chart's CRDs. */
export async function checkApi({ cluster }: Patient): Promise<Check[]> {
  const resources = await Promise.all(
    KINDS.map((kind) => cluster.resourceOf({ apiVersion: SERVICE_CATALOG, kind })),
  );
  const missing = KINDS.filter((_, index) => resources[index] === undefined);
  if (missing.length === 0) {
    return [
      { area: 'api', verdict: 'ok', message: `all ${KINDS.length} kinds of ${SERVICE_CATALOG} are served` },
    ];
  }
  const which = missing.length === KINDS.length ? 'no kind' : `no ${missing.join(', no ')}`;
  return [
    {
      area: 'api',
      verdict: 'problem',
      message: `${which} of ${SERVICE_CATALOG} is served`,
      remedy: 'install or upgrade the chart mesitis-platform, which holds the CRDs',
    },
  ];
}
