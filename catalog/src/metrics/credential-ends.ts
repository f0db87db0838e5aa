import type { KubeObject } from '@mesitis/kube';
import { asBinding, isDeleting } from '../model/objects.js';
import type { ServiceBinding } from '../model/objects.js';
import type { CredentialEnds } from './metrics.js';

/**
 * What brokers have said about the end of credentials, by the key that `brokerOf` gives for a binding. Bindings whose
 * broker is not to be found, or that are being deleted, are left out.
 */
export function credentialEnds(
  bindings: readonly KubeObject[],
  { now, brokerOf }: { now: number; brokerOf: (binding: ServiceBinding) => string | undefined },
): ReadonlyMap<string, CredentialEnds> {
  const ends = new Map<string, CredentialEnds>();
  for (const binding of bindings.map(asBinding)) {
    const end = Date.parse(binding.status?.credentialsExpireAt ?? '');
    if (Number.isNaN(end) || isDeleting(binding)) continue;
    const broker = brokerOf(binding);
    if (broker === undefined) continue;
    const { firstEnd = end, overdue = 0 } = ends.get(broker) ?? {};
    ends.set(broker, {
      firstEnd: Math.min(firstEnd, end),
      overdue: overdue + (isOverdue(binding, now) ? 1 : 0),
    });
  }
  return ends;
}

function isOverdue({ status = {} }: ServiceBinding, now: number): boolean {
  return status.successor !== undefined || Date.parse(status.rotateAt ?? '') <= now;
}
