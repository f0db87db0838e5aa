import type { KubeObject } from '@mesitis/kube';
import { BINDING_KIND, INSTANCE_KIND } from '../model/kinds.js';
import { asBinding, asInstance } from '../model/objects.js';
import { inParallel } from './in-parallel.js';
import type { Observed } from './observed.js';

const AT_ONCE = 20;

/**
 * Has every object whose broker was being called looked at anew, before work on it begins. Its status says that the call
 * may be repeated, and the watch may be behind the process that worked until now: that one may have gone on since, and a
 * late request would undo what it did. All other calls follow a write of ours, which an outdated version doesn't
 * survive. Throws a KubeError.
 */
export async function confirmCalls(observed: Pick<Observed, 'items' | 'refresh'>): Promise<void> {
  const called = [
    ...observed.items(INSTANCE_KIND).filter((object) => isBeingCalled(asInstance(object))),
    ...observed.items(BINDING_KIND).filter((object) => isBeingCalled(asBinding(object))),
  ];
  await inParallel(called, AT_ONCE, (object: KubeObject) => observed.refresh(object));
}

function isBeingCalled({
  status,
}: {
  status?: {
    currentOperation?: string;
    asyncOpInProgress?: boolean;
    orphanMitigationInProgress?: boolean;
  };
}): boolean {
  const isInFlight = (status?.currentOperation ?? '') !== '';
  return isInFlight || status?.asyncOpInProgress === true || status?.orphanMitigationInProgress === true;
}
