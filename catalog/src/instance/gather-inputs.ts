import type { Kube, KubeObject } from '@mesitis/kube';
import { mergeParameters } from '../model/parameters.js';
import type { SecretValue } from '../model/parameters.js';
import type { ServiceBinding, ServiceInstance } from '../model/objects.js';
import { secretText } from '../osb/connection.js';
import type { Inputs } from './step.js';

/** What was read, and which generation of which object it was read for. */
export interface Gathered {
  inputs: Inputs;
  uid: string;
  generation: number | undefined;
}

/** What was gathered as far as it counts for the object: parameters may have been edited meanwhile. */
export function inputsFor({ metadata }: KubeObject, gathered: Gathered | undefined): Inputs | undefined {
  const counts = gathered?.uid === metadata.uid && gathered?.generation === metadata.generation;
  return counts ? gathered?.inputs : undefined;
}

/** {@link Gathered} for the object as it is. Throws a KubeError. */
export async function gather(
  kube: Pick<Kube, 'get'>,
  object: ServiceInstance | ServiceBinding,
): Promise<Gathered> {
  const { uid, generation } = object.metadata;
  return { inputs: await gatherInputs(kube, object), uid, generation };
}

/** Reads what a request needs besides the object: the namespace's uid and the Secrets of `parametersFrom`. */
async function gatherInputs(
  kube: Pick<Kube, 'get'>,
  { metadata, spec }: ServiceInstance | ServiceBinding,
): Promise<Inputs> {
  const [namespace, ...secrets] = await Promise.all([
    kube.get({ apiVersion: 'v1', kind: 'Namespace', name: metadata.namespace }),
    ...(spec.parametersFrom ?? []).map(({ secretKeyRef }) =>
      readSecretKey(kube, metadata.namespace, {
        name: secretKeyRef?.name ?? '',
        key: secretKeyRef?.key ?? '',
      }),
    ),
  ]);
  const namespaceUid = namespace?.metadata.uid;
  if (namespaceUid === undefined) {
    const message = `Failed to get namespace "${metadata.namespace}"`;
    return { ok: false, reason: 'ErrorFindingNamespaceForInstance', message };
  }
  const merged = mergeParameters(spec.parameters, secrets);
  if (merged.ok) return { ok: true, namespaceUid, parameters: merged.parameters };
  return {
    ok: false,
    reason: 'ErrorWithParameters',
    message: `Failed to prepare parameters: ${merged.message}`,
  };
}

async function readSecretKey(
  kube: Pick<Kube, 'get'>,
  namespace: string,
  { name, key }: { name: string; key: string },
): Promise<SecretValue> {
  const secret = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
  const text = secret === undefined ? undefined : secretText(secret, key);
  return { secret: name, key, ...(text === undefined ? {} : { text }) };
}
