import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { isKubeError, type Kube } from '@mesitis/kube';
import { makeAuthority } from '../cluster/certificates.js';
import { until } from '../cluster/wait.js';

/** A webhook of somebody else, such as a policy engine. */
export interface DenyingPolicy {
  /** Takes it out of the cluster. */
  close: () => Promise<void>;
}

/**
 * Registers a validating webhook that denies every Service in one namespace, with a sentence, and waits until the API
 * server asks it.
 */
export async function startDenyingPolicy(
  kube: Kube,
  { namespace, message }: { namespace: string; message: string },
): Promise<DenyingPolicy> {
  const authority = await makeAuthority('policy');
  const { certificate, key } = await authority.issue({
    commonName: 'policy',
    hosts: { dns: ['localhost'], ip: ['127.0.0.1'] },
  });
  const server = createServer({ cert: certificate, key }, (request, response) => {
    void json(request).then((review) => {
      const { apiVersion, request: asked } = review as { apiVersion: string; request: { uid: string } };
      const answer = { uid: asked.uid, allowed: false, status: { message } };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ apiVersion, kind: 'AdmissionReview', response: answer }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const labels = { 'policy.example.com/denied': 'yes' };
  const ref = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    name: 'policy.example.com',
  };
  await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
  await kube.create({
    apiVersion: ref.apiVersion,
    kind: ref.kind,
    metadata: { name: ref.name },
    webhooks: [
      {
        name: 'services.policy.example.com',
        clientConfig: {
          url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
          caBundle: Buffer.from(authority.certificate).toString('base64'),
        },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['services'] }],
        namespaceSelector: { matchLabels: labels },
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  });
  const probe = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'probe', namespace },
    spec: { ports: [{ port: 80 }] },
  };
  await until({ what: 'the API server to ask the policy', timeoutMs: 30_000 }, () =>
    kube.create(probe, { dryRun: true }).then(
      () => undefined,
      (error: unknown) => (isKubeError(error) && error.message.includes(message) ? true : undefined),
    ),
  );
  return {
    async close() {
      await kube.remove(ref);
      server.closeAllConnections();
      server.close();
    },
  };
}
