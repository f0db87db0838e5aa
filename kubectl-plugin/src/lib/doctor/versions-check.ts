import type { KubeObject } from '@mesitis/kube';
import { nameOf } from '../objects.js';
import { hidden, listing, type Check, type Patient } from './check.js';

/** The label by which the charts name what they run, and its values. */
const CHARTS = 'app.kubernetes.io/name in (mesitis,mesitis-platform)';
const VERSION_LABEL = 'app.kubernetes.io/version';

/**
 * Whether what runs in the cluster is of the plugin's version: a patch more or less is none of the doctor's business.
 * @param own the plugin's version
 */
export async function checkVersions({ cluster, namespace }: Patient, own: string): Promise<Check[]> {
  const query = { apiVersion: 'apps/v1', kind: 'Deployment', labelSelector: CHARTS };
  const everywhere = await listing(cluster, query);
  const found = everywhere.kind === 'hidden' ? await listing(cluster, { ...query, namespace }) : everywhere;
  if (found.kind !== 'items') return [hidden('versions', 'Deployments')];
  const skewed = found.items.filter((deployment) => minor(versionOf(deployment)) !== minor(own));
  if (skewed.length > 0) {
    return skewed.map((deployment) => ({
      area: 'versions',
      verdict: 'warning',
      message: `Deployment ${deployment.metadata.namespace ?? ''}/${nameOf(deployment)} is of version ${versionOf(deployment)}, kubectl mesitis of ${own}`,
      remedy: 'upgrade the older one of the two',
    }));
  }
  if (found.items.length > 0) {
    const count = `${found.items.length} Deployment${found.items.length === 1 ? '' : 's'}`;
    return [
      { area: 'versions', verdict: 'ok', message: `kubectl mesitis and ${count} are of version ${own}` },
    ];
  }
  return everywhere.kind === 'hidden'
    ? [hidden('versions', 'Deployments of other namespaces')]
    : [
        {
          area: 'versions',
          verdict: 'warning',
          message: 'no Deployment of the charts is in the cluster',
          remedy: 'install the chart mesitis-platform, unless its servers run elsewhere',
        },
      ];
}

function versionOf({ metadata }: KubeObject): string {
  return metadata.labels?.[VERSION_LABEL] ?? 'unknown';
}

function minor(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
