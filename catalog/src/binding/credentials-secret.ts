import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '@mesitis/kube';
import { API_VERSION, BINDING_KIND } from '../model/kinds.js';
import type { ServiceBinding } from '../model/objects.js';
import type { Credentials } from './secret-transforms.js';

/**
 * The annotation with the checksum of what was written: with it an edit by hand is told from a new label without asking
 * the broker. It is on the Secret, and not in the binding's status, because whoever reads it can try out passwords.
 */
const CHECKSUM = 'mesitis/checksum';

/** The Secret of a binding, owned by it, so that it goes when the binding goes. */
export function credentialsSecret(
  binding: ServiceBinding,
  name: string,
  { type, data }: { type: string; data: Record<string, string> },
): KubeObject {
  const { namespace, name: bindingName, uid } = binding.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace,
      annotations: { [CHECKSUM]: checksumOf(data) },
      ownerReferences: [
        {
          apiVersion: API_VERSION,
          kind: BINDING_KIND,
          name: bindingName,
          uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    type,
    data,
  };
}

/** Whether this Secret is the binding's own. Anything else is never written and never deleted. */
export function isOwnSecret(secret: KubeObject, binding: ServiceBinding): boolean {
  const owners = secret.metadata.ownerReferences ?? [];
  return owners.some((owner) => owner.controller === true && owner.uid === binding.metadata.uid);
}

/** Why a Secret that is in the way can't be used. */
export function notOwnedMessage(secret: KubeObject): string {
  const { namespace = '', name = '', ownerReferences = [] } = secret.metadata;
  const owner = ownerReferences.find(({ controller }) => controller === true);
  const controllerRef = owner === undefined ? 'nil' : `${owner.kind} "${owner.name}"`;
  return `Secret "${namespace}/${name}" is not owned by ServiceBinding, controllerRef: ${controllerRef}`;
}

/** The existing Secret with what the wanted one says; undefined when it says exactly that. */
export function updatedSecret(existing: KubeObject, wanted: KubeObject): KubeObject | undefined {
  const annotations = { ...existing.metadata.annotations, ...wanted.metadata.annotations };
  const data = wanted['data'];
  const same =
    isDeepStrictEqual(existing['data'] ?? {}, data) &&
    isDeepStrictEqual(existing.metadata.annotations ?? {}, annotations);
  return same ? undefined : { ...existing, metadata: { ...existing.metadata, annotations }, data };
}

/** Whether the Secret holds what was written into it. One from before checksums can't say, and counts as changed. */
export function isIntact(secret: KubeObject): boolean {
  const data = (secret['data'] ?? {}) as Record<string, string>;
  return secret.metadata.annotations?.[CHECKSUM] === checksumOf(data);
}

function checksumOf(data: Record<string, string>): string {
  const sorted = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

/** `data` of the Secret: text and bytes as they are, everything else as JSON; all in base64. */
export function secretData(credentials: Credentials): Record<string, string> {
  return Object.fromEntries(
    Object.entries(credentials).map(([key, value]) => [key, asBytes(value).toString('base64')]),
  );
}

/** The names of the Secrets that a binding may have written: what it says now and what it recorded then. */
export function secretNames(binding: ServiceBinding): string[] {
  const wanted = wantedSecretName(binding);
  const delivered = deliveredSecretName(binding);
  return delivered === wanted ? [wanted] : [delivered, wanted];
}

function wantedSecretName({ spec, metadata }: ServiceBinding): string {
  return spec.secretName === undefined || spec.secretName === '' ? metadata.name : spec.secretName;
}

/** The name of the Secret that was written, or is to be: a change of the spec does not move it, because Pods use it. */
export function deliveredSecretName(binding: ServiceBinding): string {
  return binding.status?.binding?.name ?? wantedSecretName(binding);
}

function asBytes(value: Credentials[string]): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}
