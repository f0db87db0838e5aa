import { isKubeError } from '@mesitis/kube';
import type { JsonObject, Kube, KubeObject } from '@mesitis/kube';
import type { ServiceBinding } from '../model/objects.js';
import {
  credentialsSecret,
  deliveredSecretName,
  isIntact,
  isOwnSecret,
  notOwnedMessage,
  secretData,
  secretNames,
  updatedSecret,
} from './credentials-secret.js';
import type { FoundSecret } from './drift.js';
import { shaped, shapeOf } from './secret-shape.js';
import type { Offer, SecretShape } from './secret-shape.js';
import { transformCredentials, transformSources } from './secret-transforms.js';

type SecretKube = Pick<Kube, 'get' | 'create' | 'update' | 'remove'>;

/** The Secret that was written, or why none was. */
export type InjectResult = { ok: true; secret: KubeObject } | { ok: false; message: string };

/** Kinds of refusal that a person has to put right: reported on the binding rather than only logged. */
const REFUSALS = ['invalid', 'forbidden', 'not-found', 'conflict', 'already-exists'] as const;

/** Writes the credentials into the binding's Secret. A Secret that is not the binding's own is left alone. */
export async function injectSecret(
  kube: SecretKube,
  binding: ServiceBinding,
  { credentials, offer }: { credentials: JsonObject; offer: Offer },
): Promise<InjectResult> {
  try {
    const shape = shapeOf(binding, offer);
    const content =
      typeof shape === 'string' ? shape : await contentOf(kube, binding, { credentials, shape });
    if (typeof content === 'string') return { ok: false, message: content };
    const written = await write(
      kube,
      binding,
      credentialsSecret(binding, deliveredSecretName(binding), content),
    );
    return typeof written === 'string' ? { ok: false, message: written } : { ok: true, secret: written };
  } catch (error) {
    if (isKubeError(error, ...REFUSALS)) return { ok: false, message: error.message };
    throw error;
  }
}

/** Looks whether the binding's Secret is there and as it was written. Throws a KubeError. */
export async function findSecret(kube: Pick<Kube, 'get'>, binding: ServiceBinding): Promise<FoundSecret> {
  const name = deliveredSecretName(binding);
  const secret = await kube.get({
    apiVersion: 'v1',
    kind: 'Secret',
    namespace: binding.metadata.namespace,
    name,
  });
  if (secret === undefined) return { is: 'missing' };
  if (!isOwnSecret(secret, binding)) return { is: 'foreign', message: notOwnedMessage(secret) };
  const version = secret.metadata.resourceVersion ?? '';
  return isIntact(secret) ? { is: 'intact', version } : { is: 'changed', version };
}

/** Deletes the Secrets that the binding wrote; the sentence that says why one could not be. */
export async function ejectSecrets(kube: SecretKube, binding: ServiceBinding): Promise<string | undefined> {
  try {
    for (const name of secretNames(binding)) {
      const ref = { apiVersion: 'v1', kind: 'Secret', namespace: binding.metadata.namespace, name };
      const secret = await kube.get(ref);
      const uid = secret?.metadata.uid;
      if (secret === undefined || uid === undefined || !isOwnSecret(secret, binding)) continue;
      await kube.remove(ref, { uid });
    }
    return undefined;
  } catch (error) {
    if (isKubeError(error, ...REFUSALS)) return error.message;
    throw error;
  }
}

async function contentOf(
  kube: SecretKube,
  binding: ServiceBinding,
  { credentials, shape }: { credentials: JsonObject; shape: SecretShape },
): Promise<{ type: string; data: Record<string, string> } | string> {
  const { namespace } = binding.metadata;
  const transforms = binding.spec.secretTransforms ?? [];
  const names = transformSources(transforms, namespace);
  if (typeof names === 'string') return names;
  const sources = new Map<string, Record<string, Uint8Array>>();
  for (const name of names) {
    const secret = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
    if (secret !== undefined) sources.set(name, decoded(secret));
  }
  const result = transformCredentials(credentials, transforms, sources);
  if (!result.ok) return result.message;
  const { type, credentials: named } = shaped(result.credentials, shape);
  return { type, data: secretData(named) };
}

function decoded(secret: KubeObject): Record<string, Uint8Array> {
  const data = (secret['data'] ?? {}) as Record<string, string>;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64')]));
}

/** Creating first costs one call where there is no Secret yet, which is nearly always. */
async function write(
  kube: SecretKube,
  binding: ServiceBinding,
  secret: KubeObject,
): Promise<KubeObject | string> {
  try {
    return await kube.create(secret);
  } catch (error) {
    if (!isKubeError(error, 'already-exists')) throw error;
  }
  const { namespace = '', name = '' } = secret.metadata;
  const existing = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
  if (existing === undefined) return `Secret "${namespace}/${name}" was deleted while it was being written`;
  if (!isOwnSecret(existing, binding)) return notOwnedMessage(existing);
  if ((existing['type'] ?? 'Opaque') !== secret['type']) return replace(kube, existing, secret);
  const changed = updatedSecret(existing, secret);
  return changed === undefined ? existing : kube.update(changed);
}

/** The type of a Secret never changes: it is made anew. */
async function replace(kube: SecretKube, existing: KubeObject, secret: KubeObject): Promise<KubeObject> {
  const { uid, namespace, name } = existing.metadata;
  const ref = { apiVersion: 'v1', kind: 'Secret', name: name ?? '', namespace: namespace ?? '' };
  await kube.remove(ref, uid === undefined ? {} : { uid });
  return kube.create(secret);
}
