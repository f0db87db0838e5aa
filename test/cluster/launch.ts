import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { startSandbox } from '@mesitis/sandbox';
import { findAssets } from './assets.js';
import { startControlPlane, type ControlPlane } from './control-plane.js';
import { whenOrphaned } from './process.js';

/**
 * Which API server: the embedded one, a real one started for the occasion, or the one that `KUBECONFIG` names.
 * Only `real` and `current` know users and rights.
 */
export type ClusterKind = 'sandbox' | 'real' | 'current';

/** An API server to work on. */
export interface Cluster {
  readonly kind: ClusterKind;
  /** What KUBECONFIG should be: the path of a file with the rights of an administrator (`current`: perhaps several). */
  readonly kubeconfig: string;
  /** A folder for files that belong to this cluster; gone after stop(). */
  readonly directory: string;
  /** As {@link ControlPlane}; `real` alone has it. */
  readonly killApiServer?: ControlPlane['killApiServer'];
  /** Ends what was started. `current` goes on. */
  stop: () => Promise<void>;
}

/** Options of {@link launchCluster}. */
export interface LaunchOptions {
  /** Where to keep the cluster's files instead of a new temporary folder. Removed by stop() in either case. */
  directory?: string;
  /** Default: this process's. Read: KUBECONFIG (current), KUBEBUILDER_ASSETS, XDG_CACHE_HOME, HOME (real). */
  environment?: NodeJS.ProcessEnv;
}

/**
 * Gives a cluster of the wanted kind, ready for requests: the sandbox at once, a real one after about 8 seconds (and
 * minutes the first time, when its binaries are built). It ends with this process at the latest.
 *
 * @throws an Error that says what is missing, or why the API server did not start.
 */
export async function launchCluster(kind: ClusterKind, options: LaunchOptions = {}): Promise<Cluster> {
  const { environment = process.env } = options;
  if (options.directory !== undefined) await mkdir(options.directory, { recursive: true });
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'mesitis-')));
  try {
    switch (kind) {
      case 'sandbox':
        return await launchSandbox(directory);
      case 'real': {
        const controlPlane = await startControlPlane(await findAssets(environment), directory);
        return { kind, directory, ...controlPlane };
      }
      case 'current':
        return { kind, kubeconfig: givenKubeconfig(environment), directory, stop: removal(directory) };
    }
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function launchSandbox(directory: string): Promise<Cluster> {
  const sandbox = await startSandbox();
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, sandbox.kubeconfig, { mode: 0o600 });
  const remove = removal(directory);
  return {
    kind: 'sandbox',
    kubeconfig,
    directory,
    async stop() {
      await sandbox.close();
      await remove();
    },
  };
}

function givenKubeconfig(environment: NodeJS.ProcessEnv): string {
  const paths = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  if (paths.length === 0) {
    throw new Error(
      'KUBECONFIG is not set: set it to the kubeconfig of the cluster to use, with the rights of an administrator.',
    );
  }
  return paths.join(delimiter);
}

function removal(directory: string): () => Promise<void> {
  const dismiss = whenOrphaned('rm -rf "$1"', directory);
  return async () => {
    await rm(directory, { recursive: true, force: true });
    dismiss();
  };
}
