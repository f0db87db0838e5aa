import { mkdir, rm, writeFile } from 'node:fs/promises';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { join } from 'node:path';
import type { Assets } from './assets.js';
import { makeAuthority, makeKeyPair, type KeyAndCertificate } from './certificates.js';
import { mustRun } from './exec.js';
import { apiServerFlags, controllerManagerFlags, etcdFlags, parseVersion, type Layout } from './flags.js';
import { freePort } from './free-port.js';
import { endpoint, kubeconfigText } from './kubeconfig.js';
import { startProcess, untilReady, whenOrphaned, type ManagedProcess } from './process.js';

/** A running etcd, kube-apiserver and kube-controller-manager. */
export interface ControlPlane {
  /** The path of a kubeconfig with the rights of `system:masters`. */
  readonly kubeconfig: string;
  /** Kills kube-apiserver as a crash does; the function that it gives starts it again and resolves when it is ready. */
  killApiServer: () => Promise<() => Promise<void>>;
  /** Ends the three processes and removes the directory. */
  stop: () => Promise<void>;
}

/**
 * Go collects garbage when its heap has grown by 300 % instead of by 100 %: a quarter less CPU for the API server, in which
 * half of what the end-to-end tests compute is computed, for some hundred MiB.
 */
const ENVIRONMENT = { GOGC: '300' };

/** What one process may take to become ready. The slowest, kube-apiserver, takes about 5 s on two idle cores. */
const READY_LIMIT_MS = 30_000;

/**
 * Starts a control plane on free ports of the loopback interface, with RBAC and with certificates of its own.
 *
 * @param directory an existing folder for data, certificates and the kubeconfig.
 * @throws an Error with the end of the log of the process that did not become ready.
 */
export async function startControlPlane(assets: Assets, directory: string): Promise<ControlPlane> {
  const layout: Layout = {
    dataDirectory: join(directory, 'etcd'),
    pki: join(directory, 'pki'),
    kubeconfig: join(directory, 'kubeconfig'),
    ports: {
      etcd: await freePort(),
      etcdPeer: await freePort(),
      apiServer: await freePort(),
      controllerManager: await freePort(),
    },
  };
  const dismiss = whenOrphaned('sleep 1; rm -rf "$1"', directory);
  const started: ManagedProcess[] = [];
  const stop = async (): Promise<void> => {
    // In reverse order: none should log the loss of the one that it needs, or wait for it.
    for (const process of started.toReversed()) await process.stop();
    await rm(directory, { recursive: true, force: true });
    dismiss();
  };
  const run = async (name: string, file: string, args: string[]): Promise<ManagedProcess> => {
    const process = await startProcess({ name, file, args, cwd: directory, env: ENVIRONMENT });
    started.push(process);
    return process;
  };
  try {
    const [admin, version, etcd] = await Promise.all([
      writeKeys(layout),
      mustRun(assets.apiServer, ['--version']).then(parseVersion),
      run('etcd', assets.etcd, etcdFlags(layout)),
    ]);
    await untilReady(etcd, READY_LIMIT_MS, () => answersOk(`http://127.0.0.1:${layout.ports.etcd}/health`));

    const address = `https://127.0.0.1:${layout.ports.apiServer}`;
    const startApiServer = async (): Promise<ManagedProcess> => {
      const apiServer = await run('kube-apiserver', assets.apiServer, apiServerFlags(layout));
      await untilReady(apiServer, READY_LIMIT_MS, () => answersOk(`${address}/readyz`, admin));
      return apiServer;
    };
    let apiServer = await startApiServer();
    // The system namespaces are made by a controller inside the API server that readiness doesn't wait for.
    await untilReady(apiServer, READY_LIMIT_MS, () =>
      answersOk(`${address}/api/v1/namespaces/default`, admin),
    );

    const manager = await run(
      'kube-controller-manager',
      assets.controllerManager,
      controllerManagerFlags(layout, version),
    );
    const health = `https://127.0.0.1:${layout.ports.controllerManager}/healthz`;
    await untilReady(manager, READY_LIMIT_MS, () => answersOk(health));
    return {
      kubeconfig: layout.kubeconfig,
      killApiServer: async () => {
        await apiServer.kill();
        return async () => {
          apiServer = await startApiServer();
        };
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Writes the certificates, the keys and the kubeconfig; gives what an administrator's client presents. */
async function writeKeys({ pki, kubeconfig, ports }: Layout): Promise<KeyAndCertificate> {
  const authority = await makeAuthority('mesitis-test');
  const [apiServer, admin, serviceAccounts] = await Promise.all([
    authority.issue({
      commonName: 'kube-apiserver',
      hosts: {
        dns: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'],
        // The second is the first address of the Service range: that of the Service `kubernetes`.
        ip: ['127.0.0.1', '10.96.0.1'],
      },
    }),
    authority.issue({ commonName: 'admin', organization: 'system:masters' }),
    makeKeyPair(),
  ]);
  const server = endpoint(`https://127.0.0.1:${ports.apiServer}`, authority.certificate);
  await mkdir(pki, { recursive: true });
  const files: [path: string, text: string][] = [
    [join(pki, 'ca.crt'), authority.certificate],
    [join(pki, 'apiserver.crt'), apiServer.certificate],
    [join(pki, 'apiserver.key'), apiServer.key],
    [join(pki, 'service-account.key'), serviceAccounts.privateKey],
    [join(pki, 'service-account.pub'), serviceAccounts.publicKey],
    [kubeconfig, kubeconfigText(server, { kind: 'certificate', ...admin })],
  ];
  await Promise.all(files.map(([path, text]) => writeFile(path, text, { mode: 0o600 })));
  return admin;
}

/** Whether a server of ours answers 200: true, else undefined. Certificates aren't checked: this is about health. */
export async function answersOk(url: string, client?: KeyAndCertificate): Promise<true | undefined> {
  const status = await new Promise<number | undefined>((resolve) => {
    const identity = client === undefined ? {} : { cert: client.certificate, key: client.key };
    const send = url.startsWith('https:') ? tlsRequest : plainRequest;
    const outgoing = send(url, { ...identity, rejectUnauthorized: false, agent: false, timeout: 2000 });
    outgoing.once('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    outgoing.once('timeout', () => outgoing.destroy());
    outgoing.once('error', () => resolve(undefined));
    outgoing.once('close', () => resolve(undefined));
    outgoing.end();
  });
  return status === 200 ? true : undefined;
}
