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
      // Never stored: it is refused as soon as anybody looks at it, and dry until then.
      const { stderr, stdout } = await kubectl.run(
        ['create', '--dry-run=server', '--validate=false', '-f', '-'],
        JSON.stringify(refusedConfigMap(namespace)),
      );
      last = (stderr || stdout).trim();
      return last.includes('denied the request') ? true : undefined;
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason} The API server said: ${last}`, { cause: error });
  }
}

function refusedConfigMap(namespace: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'mesitis-admission-probe', namespace, labels: { 'mesitis/kind': 'catalog-entry' } },
  };
}
