import { pick, renderChart } from './chart.js';
import { serverSpecOf, type ServerSpec } from './deployment.js';
import { install } from './installation.js';
import type { Kubectl } from './kubectl.js';
import type { Cluster } from './launch.js';

/**
 * Installs the chart `mesitis-platform` without the admission part, so that whatever is done, the catalog does. Gives
 * what to start as a process in the place of the catalog's Pods.
 */
export async function installCatalogAlone(cluster: Cluster, kubectl: Kubectl): Promise<ServerSpec> {
  const namespace = 'mesitis-system';
  const values = { webhook: { replicas: 0 }, catalog: { replicas: 0 } };
  const objects = await renderChart({ chart: 'mesitis-platform', name: 'mesitis', namespace, values });
  const kept = objects.filter(({ kind }) => !kind.endsWith('WebhookConfiguration'));
  await install(cluster, kubectl, [namespace], kept);
  return serverSpecOf(pick(objects, 'Deployment', 'mesitis-catalog'));
}
