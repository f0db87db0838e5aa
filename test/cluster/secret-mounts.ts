import { lstat, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { SecretMount, ServerSpec } from './deployment.js';
import type { Kubectl } from './kubectl.js';

/**
 * Lays the mounted Secrets out as folders for a process that stands in for the Pod, and gives the variables with the
 * paths of these folders instead of the container's.
 *
 * @param directory holds the folders
 */
export async function withSecretMounts(
  spec: ServerSpec,
  kubectl: Kubectl,
  directory: string,
  variables: Record<string, string>,
): Promise<Record<string, string>> {
  await renewSecretMounts(spec, kubectl, directory);
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      const mount = spec.mounts.find(({ path }) => value === path || value.startsWith(`${path}/`));
      return [
        name,
        mount === undefined ? value : folderOf(spec, mount, directory) + value.slice(mount.path.length),
      ];
    }),
  );
}

/** Brings what the mounted Secrets hold now into their folders, as the kubelet does some time after a change. */
export async function renewSecretMounts(
  spec: ServerSpec,
  kubectl: Kubectl,
  directory: string,
): Promise<void> {
  for (const mount of spec.mounts) {
    const values = await kubectl.secretValues(spec.namespace, mount.secretName);
    await layOut(folderOf(spec, mount, directory), values);
  }
}

function folderOf({ namespace, name }: ServerSpec, { secretName }: SecretMount, directory: string): string {
  return join(directory, `${namespace}-${name}-mounts`, secretName);
}

/** Each key is a link into `..data`, a link to the folder with the values that is replaced in one step. */
async function layOut(folder: string, values: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const next = await mkdtemp(join(folder, '..values-'));
  for (const [key, value] of Object.entries(values)) await writeFile(join(next, key), value, { mode: 0o600 });
  await symlink(basename(next), join(folder, '..data_next'));
  await rename(join(folder, '..data_next'), join(folder, '..data'));
  for (const name of await readdir(folder)) {
    const isOld = name.startsWith('..')
      ? name.startsWith('..values-') && name !== basename(next)
      : !(name in values);
    if (isOld) await rm(join(folder, name), { recursive: true });
  }
  for (const key of Object.keys(values)) {
    const link = join(folder, key);
    const isThere = await lstat(link).then(
      () => true,
      () => false,
    );
    if (!isThere) await symlink(join('..data', key), link);
  }
}
