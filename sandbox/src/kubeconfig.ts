/** A kubeconfig file for a server, with one context named `sandbox`. JSON is YAML, so no quoting can go wrong. */
export function kubeconfigFor(server: string, certificateAuthority?: string): string {
  const authority =
    certificateAuthority === undefined
      ? {}
      : { 'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'sandbox',
    clusters: [{ name: 'sandbox', cluster: { server, ...authority } }],
    users: [{ name: 'sandbox-admin', user: { token: 'sandbox-admin' } }],
    contexts: [{ name: 'sandbox', context: { cluster: 'sandbox', user: 'sandbox-admin' } }],
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
