import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { basename, join } from 'node:path';
import { cacheFolder, repositoryRoot } from './folders.js';

/** The binaries of a control plane, by absolute path. */
export interface Assets {
  etcd: string;
  apiServer: string;
  controllerManager: string;
}

/**
 * Finds the binaries: in `KUBEBUILDER_ASSETS` when that is set, else in the cache, which is filled first when it is
 * empty (minutes; progress goes to stderr).
 *
 * @throws an Error that says what to install when there is no way to them on this machine.
 */
export async function findAssets(environment: NodeJS.ProcessEnv = process.env): Promise<Assets> {
  const given = environment['KUBEBUILDER_ASSETS'];
  if (given !== undefined && given !== '') {
    const lacking = await missingFrom(assetsIn(given));
    if (lacking.length > 0) throw new Error(incompleteMessage(given, lacking));
    return assetsIn(given);
  }
  const cached = assetsIn(cacheFolder('kubernetes-1.20.2', environment));
  if ((await missingFrom(cached)).length > 0) await build(environment);
  return cached;
}

/** What to tell a user whose KUBEBUILDER_ASSETS is incomplete. */
export function incompleteMessage(folder: string, lacking: readonly string[]): string {
  const names = lacking.join(', ');
  const hint = lacking.includes('kube-controller-manager')
    ? ' envtest archives come without kube-controller-manager, but ownerReferences, namespaces and Endpoints are ' +
      'its work: put the one of the same version there ' +
      '(https://dl.k8s.io/v<VERSION>/bin/<OS>/<ARCH>/kube-controller-manager).'
    : ' Put them there, or unset KUBEBUILDER_ASSETS.';
  return `KUBEBUILDER_ASSETS (${folder}) lacks ${names}.${hint}`;
}

function assetsIn(folder: string): Assets {
  return {
    etcd: join(folder, 'etcd'),
    apiServer: join(folder, 'kube-apiserver'),
    controllerManager: join(folder, 'kube-controller-manager'),
  };
}

async function missingFrom(assets: Assets): Promise<string[]> {
  const missing: string[] = [];
  for (const path of Object.values<string>({ ...assets })) {
    await access(path, constants.X_OK).catch(() => missing.push(basename(path)));
  }
  return missing;
}

async function build(environment: NodeJS.ProcessEnv): Promise<void> {
  const script = join(repositoryRoot(), 'test', 'cluster', 'build-kubernetes.sh');
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn('bash', [script], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('close', (exitCode) => resolve(exitCode ?? 128));
  });
  if (code !== 0)
    throw new Error('There are no Kubernetes binaries to start a cluster from; see the message above.');
}
