import type { KubeObject } from '@mesitis/kube';
import type { Kubectl } from './kubectl.js';
import { until } from './wait.js';

/**
 * Waits until the API server asks the webhook. It learns of a registration, and of the CA in it, through a watch of its
 * own, so that a moment passes; until then it lets everything through, or finds the certificate unknown.
 *
 * @throws an Error with the last thing that the API server said, when the webhook wasn't heard within `timeoutMs`.
 */
export async function untilAdmissionWorks(
  kubectl: Kubectl,
  namespace: string,
  timeoutMs: number,
): Promise<void> {
  let last = 'nothing';
  try {
    await until({ what: 'the API server to call the webhook', timeoutMs, intervalMs: 200 }, async () => {
      for (const probe of [refusedConfigMap(namespace), refusedInstance(namespace)]) {
        // Never stored: it is refused as soon as anybody looks at it, and dry until then.
        const { stderr, stdout } = await kubectl.run(
          ['create', '--dry-run=server', '--validate=false', '-f', '-'],
          JSON.stringify(probe),
        );
        last = (stderr || stdout).trim();
        if (!last.includes('denied the request')) return undefined;
      }
      return true;
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason} The API server said: ${last}`, { cause: error });
  }
}

/** Of no class, so that no plan can be chosen for it. */
function refusedInstance(namespace: string): KubeObject {
  return {
    apiVersion: 'servicecatalog.k8s.io/v1beta1',
    kind: 'ServiceInstance',
    metadata: { name: 'mesitis-admission-probe', namespace },
    spec: {},
  };
}

function refusedConfigMap(namespace: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'mesitis-admission-probe', namespace, labels: { 'mesitis/kind': 'catalog-entry' } },
  };
}
