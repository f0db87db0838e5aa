import { askAccess, type CallOptions, type Kube, type KubeObject } from '@mesitis/kube';
import { asBroker, type UserInfo } from '../model/objects.js';
import type { Refusal } from './kinds.js';

/**
 * Whether who writes a broker may read the Secret that it names. The controller reads any Secret and sends it to the
 * address in the same object, so without this whoever may write brokers could read every Secret (service-catalog.md
 * section 5). What can't be checked is refused. Never rejects, unless the signal fires.
 */
export async function checkBrokerSecret(
  kube: Pick<Kube, 'create'>,
  { object, user }: { object: KubeObject; user: UserInfo },
  options: CallOptions,
): Promise<Refusal[]> {
  const { authInfo } = asBroker(object).spec;
  const named = [authInfo?.basic?.secretRef, authInfo?.bearer?.secretRef].filter(
    (ref) => ref?.name !== undefined,
  );
  const refusals = named.map(async (ref): Promise<Refusal[]> => {
    const name = ref?.name ?? '';
    const namespace = object.metadata.namespace ?? ref?.namespace ?? '';
    const message = await refusalOf(kube, { user, namespace, name }, options);
    return message === undefined ? [] : [{ rule: 'broker-secret', message, code: 403 }];
  });
  return (await Promise.all(refusals)).flat();
}

async function refusalOf(
  kube: Pick<Kube, 'create'>,
  { user, namespace, name }: { user: UserInfo; namespace: string; name: string },
  options: CallOptions,
): Promise<string | undefined> {
  const attributes = { verb: 'get', group: '', resource: 'secrets', namespace, name };
  const remedy = `grant ${user.username ?? ''} get of secrets "${name}" in namespace "${namespace}"`;
  try {
    const { allowed, reason, evaluationError } = await askAccess(kube, { user, attributes }, options);
    if (allowed) return undefined;
    // The words of the archived webhook, which scripts know, and then what to do.
    return `broker forbidden access to auth secret (${name}): Reason: ${reason}, EvaluationError: ${evaluationError}; ${remedy}`;
  } catch (error) {
    options.signal?.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    return `broker forbidden access to auth secret (${name}): Reason: it could not be checked, EvaluationError: ${why}; try again`;
  }
}
