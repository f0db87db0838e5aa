/** Where one throw-away control plane keeps its files and which ports it takes. Paths are absolute. */
export interface Layout {
  dataDirectory: string;
  pki: string;
  kubeconfig: string;
  ports: { etcd: number; etcdPeer: number; apiServer: number; controllerManager: number };
}

/** A Kubernetes version as far as flags depend on it. */
export interface KubernetesVersion {
  major: number;
  minor: number;
}

/** Reads what `kube-apiserver --version` prints: `Kubernetes v1.20.2`. @throws an Error that quotes anything else. */
export function parseVersion(text: string): KubernetesVersion {
  const [, major, minor] = /\bv(\d+)\.(\d+)\./.exec(text) ?? [];
  if (major === undefined || minor === undefined) {
    throw new Error(`Not a Kubernetes version: ${JSON.stringify(text.trim())}.`);
  }
  return { major: Number(major), minor: Number(minor) };
}

/** The flags of etcd 3.4 and later. */
export function etcdFlags({ dataDirectory, ports }: Layout): string[] {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return [
    `--data-dir=${dataDirectory}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    // A single member speaks to no peer, but etcd listens all the same, on 2380 unless told otherwise.
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // Nobody reads this data after a crash of the machine; waiting for the disk is most of a write's time.
    '--unsafe-no-fsync',
  ];
}

/** The flags of kube-apiserver 1.20 and later. */
export function apiServerFlags({ pki, ports }: Layout): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    `--secure-port=${ports.apiServer}`,
    '--bind-address=127.0.0.1',
    // Else it looks for the interface of the default route and fails on a machine that has none.
    '--advertise-address=127.0.0.1',
    // The Service `kubernetes` may not have a loopback address behind it; the reconciler would log that every 10 s.
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.96.0.0/16',
    `--client-ca-file=${pki}/ca.crt`,
    `--tls-cert-file=${pki}/apiserver.crt`,
    `--tls-private-key-file=${pki}/apiserver.key`,
    // These three are what TokenRequest works with; 1.20 and later don't start without them.
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${pki}/service-account.pub`,
    `--service-account-signing-key-file=${pki}/service-account.key`,
    '--authorization-mode=RBAC',
    // It would refuse a Pod for as long as the default ServiceAccount of a new namespace is not there. No Pod runs here.
    '--disable-admission-plugins=ServiceAccount',
    '--allow-privileged=true',
    // Fair queues are for a server with many clients; here they are a sixth of the time that it takes.
    '--enable-priority-and-fairness=false',
  ];
}

/** The flags of kube-controller-manager. */
export function controllerManagerFlags(
  { pki, kubeconfig, ports }: Layout,
  version: KubernetesVersion,
): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--secure-port=${ports.controllerManager}`,
    '--bind-address=127.0.0.1',
    // Before 1.22 there is a second, insecure listener on 10252, so that two clusters on a machine would collide; from
    // 1.24 on the flag that turns it off is an error.
    ...(version.major === 1 && version.minor < 22 ? ['--port=0'] : []),
    '--leader-elect=false',
    `--service-account-private-key-file=${pki}/service-account.key`,
    `--root-ca-file=${pki}/ca.crt`,
    '--use-service-account-credentials=true',
    // The defaults (20 a second) would make the garbage collector the slowest part of a test with a hundred instances.
    '--kube-api-qps=200',
    '--kube-api-burst=400',
  ];
}
