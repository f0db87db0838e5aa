import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '@mesitis/kube';
import { API_VERSION, BINDING_KIND } from '../model/kinds.js';
import type { ServiceBinding } from '../model/objects.js';
import type { Credentials } from './secret-transforms.js';

/** The Secret of a binding: Opaque, owned by it, so that it goes when the binding goes. */
export function credentialsSecret(
  binding: ServiceBinding,
  name: string,
  data: Record<string, string>,
): KubeObject {
  const { namespace, name: bindingName, uid } = binding.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace,
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
    type: 'Opaque',
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

/** The existing Secret with this data; undefined when it has exactly that. */
export function updatedSecret(existing: KubeObject, data: Record<string, string>): KubeObject | undefined {
  return isDeepStrictEqual(existing['data'] ?? {}, data) ? undefined : { ...existing, data };
}

/** `data` of the Secret: text and bytes as they are, everything else as JSON; all in base64. */
export function secretData(credentials: Credentials): Record<string, string> {
  return Object.fromEntries(
    Object.entries(credentials).map(([key, value]) => [key, asBytes(value).toString('base64')]),
  );
}

/** The names of the Secrets that a binding may have written: what it says now and what it recorded then. */
export function secretNames({ spec, status, metadata }: ServiceBinding): string[] {
  const current = spec.secretName ?? metadata.name;
  const recorded = status?.binding?.name ?? current;
  return recorded === current ? [current] : [recorded, current];
}

function asBytes(value: Credentials[string]): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}
