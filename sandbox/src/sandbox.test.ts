import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadClient } from '@mesitis/kube/client';
import { describeKubeContract } from '@mesitis/kube/contract';
import { startSandbox } from './sandbox.js';

describeKubeContract('the sandbox, through the adapter', async () => {
  const sandbox = await startSandbox();
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, sandbox.kubeconfig);
  const kube = await loadClient({ kubeconfig });
  return {
    kube,
    namespace: 'default',
    close: async () => {
      kube.close();
      await sandbox.close();
      await rm(folder, { recursive: true });
    },
  };
});
