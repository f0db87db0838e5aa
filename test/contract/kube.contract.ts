import { loadClient } from '@mesitis/kube/client';
import { describeKubeContract } from '@mesitis/kube/contract';
import { launchCluster } from '../cluster/launch.js';

// The measure for the fake and the sandbox: what a real API server does.
describeKubeContract('the API server', async () => {
  const cluster = await launchCluster('real');
  const kube = await loadClient({ kubeconfig: cluster.kubeconfig });
  const created = await kube.create({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { generateName: 'contract-' },
  });
  const { name: namespace = '' } = created.metadata;
  return {
    kube,
    namespace,
    close: async () => {
      await kube.remove({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
      kube.close();
      await cluster.stop();
    },
  };
});
