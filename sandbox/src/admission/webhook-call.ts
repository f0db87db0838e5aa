import { request as httpsRequest } from 'node:https';
import { KubeError } from '@mesitis/kube';
import { asRecord, asString, asStrings, isRecord } from '@mesitis/kube/memory';
import type { JsonRecord } from '@mesitis/kube/memory';

/** What a webhook is asked (`admission.k8s.io/v1` AdmissionReview); only `request.uid` matters to the call. */
export interface AdmissionReview {
  readonly kind: 'AdmissionReview';
  readonly apiVersion: 'admission.k8s.io/v1';
  readonly request: JsonRecord & { readonly uid: string };
}

/** What a webhook answers (`admission.k8s.io/v1` AdmissionResponse). */
export interface AdmissionResponse {
  readonly allowed: boolean;
  readonly status: JsonRecord;
  readonly warnings: readonly string[];
  /** The JSON patch, decoded. */
  readonly patch: readonly unknown[];
}

const DEFAULT_SECONDS = 10;

/**
 * Sends an AdmissionReview to a webhook over HTTPS, its certificate verified with `clientConfig.caBundle`.
 *
 * @throws KubeError as the API server words it when there is no proper answer in time
 */
export async function callWebhook(webhook: JsonRecord, review: AdmissionReview): Promise<AdmissionResponse> {
  const name = asString(webhook['name']);
  try {
    return await exchange(webhook, review);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new KubeError(
      'unknown',
      `Internal error occurred: failed calling webhook "${name}": failed to call webhook: ${why}`,
      { status: 500, reason: 'InternalError', cause: error },
    );
  }
}

async function exchange(webhook: JsonRecord, review: AdmissionReview): Promise<AdmissionResponse> {
  const { url, service, caBundle } = asRecord(webhook['clientConfig']);
  if (typeof url !== 'string') {
    const { namespace, name } = asRecord(service);
    throw new Error(
      `the sandbox has no network to service ${asString(namespace)}/${asString(name)}; register a url`,
    );
  }
  const seconds = typeof webhook['timeoutSeconds'] === 'number' ? webhook['timeoutSeconds'] : DEFAULT_SECONDS;
  const target = new URL(url);
  target.searchParams.set('timeout', `${seconds}s`);
  const answer = await post(target, JSON.stringify(review), {
    ...(typeof caBundle === 'string' ? { ca: Buffer.from(caBundle, 'base64') } : {}),
    signal: AbortSignal.timeout(seconds * 1000),
  });
  return responseOf(answer, review.request.uid);
}

function post(url: URL, body: string, options: { ca?: Buffer; signal: AbortSignal }): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
    const outgoing = httpsRequest(url, { ...options, method: 'POST', headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const { statusCode = 0 } = incoming;
        if (statusCode !== 200) reject(new Error(`the webhook answered with status ${statusCode}`));
        else resolve(parsed(Buffer.concat(chunks).toString()));
      });
    });
    outgoing.on('error', (error) =>
      reject(new Error(`Post "${url.href}": ${error.message}`, { cause: error })),
    );
    outgoing.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function responseOf(review: unknown, uid: string): AdmissionResponse {
  const { response } = asRecord(review);
  if (!isRecord(response)) throw new Error('webhook response was absent');
  if (response['uid'] !== uid)
    throw new Error(`expected response.uid="${uid}", got "${asString(response['uid'])}"`);
  const encoded = asString(response['patch']);
  const patch = encoded === '' ? [] : parsed(Buffer.from(encoded, 'base64').toString());
  if (!Array.isArray(patch)) throw new Error('the webhook sent a patch that is not a JSON patch');
  return {
    allowed: response['allowed'] === true,
    status: asRecord(response['status']),
    warnings: asStrings(response['warnings']),
    patch,
  };
}
