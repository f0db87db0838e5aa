import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
  const folders = await Promise.all(
    spec.mounts.map(async (mount) => ({
      mount,
      folder: await layOut(spec, mount, kubectl, join(directory, `${spec.namespace}-${spec.name}-mounts`)),
    })),
  );
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      const found = folders.find(({ mount }) => value === mount.path || value.startsWith(`${mount.path}/`));
      return [name, found === undefined ? value : found.folder + value.slice(found.mount.path.length)];
    }),
  );
}

async function layOut(
  { namespace }: ServerSpec,
  { secretName }: SecretMount,
  kubectl: Kubectl,
  directory: string,
): Promise<string> {
  const folder = join(directory, secretName);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [key, value] of Object.entries(await kubectl.secretValues(namespace, secretName))) {
    await writeFile(join(folder, key), value, { mode: 0o600 });
  }
  return folder;
}
