import { expect, test } from '@jest/globals';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findAssets } from './assets.js';

async function folderWith(...names: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mesitis-assets-'));
  for (const name of names) {
    await writeFile(join(folder, name), '');
    await chmod(join(folder, name), 0o755);
  }
  return folder;
}

test('KUBEBUILDER_ASSETS comes before the cache', async () => {
  const folder = await folderWith('etcd', 'kube-apiserver', 'kube-controller-manager');
  expect(await findAssets({ KUBEBUILDER_ASSETS: folder })).toEqual({
    etcd: join(folder, 'etcd'),
    apiServer: join(folder, 'kube-apiserver'),
    controllerManager: join(folder, 'kube-controller-manager'),
  });
  await rm(folder, { recursive: true });
});

test('what envtest leaves out is named, with where to get it', async () => {
  const folder = await folderWith('etcd', 'kube-apiserver', 'kubectl');
  await expect(findAssets({ KUBEBUILDER_ASSETS: folder })).rejects.toThrow(
    `KUBEBUILDER_ASSETS (${folder}) lacks kube-controller-manager. envtest archives come without`,
  );
  await rm(folder, { recursive: true });
});

test('an empty folder is refused with all that it lacks', async () => {
  const folder = await folderWith();
  await expect(findAssets({ KUBEBUILDER_ASSETS: folder })).rejects.toThrow(
    'lacks etcd, kube-apiserver, kube-controller-manager.',
  );
  await rm(folder, { recursive: true });
});
