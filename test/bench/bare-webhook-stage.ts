import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Kube, KubeObject } from '@mesitis/kube';
import type { Cluster } from '../cluster/launch.js';
import type { Platform } from '../cluster/platform.js';
import { startProcess, type ManagedProcess } from '../cluster/process.js';
import { until } from '../cluster/wait.js';

/** How the webhooks of a registration are reached. */
interface Registered {
  clientConfig: { url: string };
}

/**
 * Starts a webhook that allows everything, with the certificate of the platform's, and has the API server call it in the
 * place of that one. @throws an Error that says what was missing
 */
export async function startBareWebhook(
  cluster: Cluster,
  kube: Pick<Kube, 'get' | 'list' | 'patch'>,
  { namespace, release, webhookConfiguration }: Platform,
): Promise<ManagedProcess> {
  const secret = await found(kube, 'v1', 'Secret', { name: `${release}-webhook-tls`, namespace });
  const files = await Promise.all(
    ['tls.crt', 'tls.key'].map(async (key) => {
      const path = join(cluster.directory, `bare-${key}`);
      await writeFile(path, Buffer.from((secret['data'] as Record<string, string>)[key] ?? '', 'base64'));
      return path;
    }),
  );
  const script = fileURLToPath(new URL('./bare-webhook.js', import.meta.url));
  const bare = await startProcess({ name: 'bare webhook', file: process.execPath, args: [script, ...files] });
  const patience = { what: 'the bare webhook to listen', timeoutMs: 10_000 };
  const port = await until(patience, () => Promise.resolve(bare.logs()[0]));

  const apiVersion = 'admissionregistration.k8s.io/v1';
  const kind = 'ValidatingWebhookConfiguration';
  const registration = await found(kube, apiVersion, kind, { name: webhookConfiguration });
  const webhooks = (registration['webhooks'] as Registered[]).map((webhook) => {
    const url = new URL(webhook.clientConfig.url);
    url.port = port;
    return { ...webhook, clientConfig: { ...webhook.clientConfig, url: url.href } };
  });
  const ref = { apiVersion, kind, name: webhookConfiguration };
  await kube.patch(ref, { type: 'merge', body: { webhooks } });
  return bare;
}

async function found(
  kube: Pick<Kube, 'get'>,
  apiVersion: string,
  kind: string,
  place: { name: string; namespace?: string },
): Promise<KubeObject> {
  const object = await kube.get({ apiVersion, kind, ...place });
  if (object === undefined) throw new Error(`there is no ${kind} ${place.name}`);
  return object;
}
