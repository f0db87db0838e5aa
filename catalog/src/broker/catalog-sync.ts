import { isKubeError, refOf } from '@mesitis/kube';
import type { Kube, KubeObject } from '@mesitis/kube';
import { prettyName } from '../model/catalog-view.js';
import { hasFinalizer, withoutFinalizer } from '../model/finalizer.js';
import { API_VERSION, scopeOfKind } from '../model/kinds.js';
import { labelSelector } from '../model/labels.js';
import { asClassOrPlan } from '../model/objects.js';
import type { ClassOrPlan, LocalReference, ServiceBroker } from '../model/objects.js';
import { inParallel } from '../runtime/in-parallel.js';
import {
  desiredClasses,
  desiredPlans,
  isManaged,
  newObject,
  updatedObject,
  withRemoved,
} from './catalog-objects.js';
import type { DesiredObject } from './catalog-objects.js';
import type { OfferedService } from './catalog-payload.js';

type SyncKube = Pick<Kube, 'get' | 'list' | 'create' | 'update' | 'remove'>;

const AT_ONCE = 10;

/**
 * Brings a broker's classes and plans in line with its catalog: classes first, because plans refer to them. Works on
 * a fresh list, not on a cache that may not have seen the last round yet. Answers sentences about what could not be
 * done; the rest is. Throws a KubeError when the API server does not answer.
 */
export async function syncCatalog(
  kube: SyncKube,
  broker: ServiceBroker,
  services: readonly OfferedService[],
): Promise<string[]> {
  const scope = scopeOfKind(broker.kind);
  const [classes, plans] = await Promise.all([
    entriesOf(kube, broker, scope.classKind),
    entriesOf(kube, broker, scope.planKind),
  ]);
  const names = { classes: new Set(classes.keys()), plans: new Set(plans.keys()) };
  const failed = await bringAll(kube, broker, {
    desired: desiredClasses(scope, broker, services, names.classes),
    existing: classes,
  });
  // A plan of a class that is another broker's would lead that broker's customers to ours, and ours to that broker.
  const ofOwnClasses = desiredPlans(scope, broker, services, names).filter(
    ({ spec }) => !failed.has((spec[scope.classRef] as LocalReference).name),
  );
  const failedPlans = await bringAll(kube, broker, { desired: ofOwnClasses, existing: plans });
  return [...failed.values(), ...failedPlans.values()];
}

/** Creates, updates and marks as removed; what could not be done, by name. */
async function bringAll(
  kube: SyncKube,
  broker: ServiceBroker,
  { desired, existing }: { desired: readonly DesiredObject[]; existing: ReadonlyMap<string, ClassOrPlan> },
): Promise<Map<string, string>> {
  const problems = new Map<string, string>();
  await inParallel(desired, AT_ONCE, async (entry) => {
    const problem = await bringAbout(kube, broker, { desired: entry, existing: existing.get(entry.name) });
    if (problem !== undefined) problems.set(entry.name, problem);
  });
  const offered = new Set(desired.map(({ name }) => name));
  const vanished = [...existing.values()].filter(
    (entry) => isManaged(entry) && !offered.has(entry.metadata.name),
  );
  await inParallel(vanished, AT_ONCE, (entry) => markRemoved(kube, entry, true));
  return problems;
}

/** Deletes a broker's plans, then its classes, which nobody uses any more. Throws a KubeError. */
export async function dismantle(kube: SyncKube, broker: ServiceBroker): Promise<void> {
  const scope = scopeOfKind(broker.kind);
  for (const kind of [scope.planKind, scope.classKind]) {
    const entries = await entriesOf(kube, broker, kind);
    await inParallel([...entries.values()], AT_ONCE, async (entry) => {
      if (hasFinalizer(entry)) await kube.update(withoutFinalizer(entry));
      await kube.remove(refOf(entry), { uid: entry.metadata.uid });
    });
  }
}

async function entriesOf(
  kube: Pick<Kube, 'list'>,
  broker: ServiceBroker,
  kind: string,
): Promise<Map<string, ClassOrPlan>> {
  const { name, namespace } = broker.metadata;
  const { items } = await kube.list({
    apiVersion: API_VERSION,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    labelSelector: labelSelector(`spec.${scopeOfKind(broker.kind).brokerName}`, name),
  });
  return new Map(items.map((item) => [item.metadata.name ?? '', asClassOrPlan(item)]));
}

/** Creates or updates one class or plan; the sentence that says why it could not be. */
async function bringAbout(
  kube: SyncKube,
  broker: ServiceBroker,
  { desired, existing }: { desired: DesiredObject; existing: ClassOrPlan | undefined },
): Promise<string | undefined> {
  try {
    if (existing !== undefined) {
      await bringUpToDate(kube, broker, { desired, existing });
      return undefined;
    }
    const object = newObject(broker, desired);
    const other = await createOrGet(kube, object);
    return other === undefined ? undefined : await takeOver(kube, broker, { desired, existing: other });
  } catch (error) {
    if (isKubeError(error, 'invalid', 'forbidden')) return problem(broker, desired, error.message);
    throw error;
  }
}

/** The object that is in the way; undefined when the new one was created. */
async function createOrGet(kube: SyncKube, object: KubeObject): Promise<ClassOrPlan | undefined> {
  try {
    await kube.create(object);
    return undefined;
  } catch (error) {
    if (!isKubeError(error, 'already-exists')) throw error;
    const existing = await kube.get(refOf(object));
    if (existing === undefined) throw error;
    return asClassOrPlan(existing);
  }
}

/** An object of that name that the list by label did not show: ours without labels, or another broker's. */
async function takeOver(
  kube: SyncKube,
  broker: ServiceBroker,
  { desired, existing }: { desired: DesiredObject; existing: ClassOrPlan },
): Promise<string | undefined> {
  const owner = existing.spec[scopeOfKind(broker.kind).brokerName];
  if (owner === broker.metadata.name) {
    await bringUpToDate(kube, broker, { desired, existing });
    return undefined;
  }
  return problem(broker, desired, `${prettyName(existing)} already exists for Broker "${owner ?? ''}"`);
}

async function bringUpToDate(
  kube: SyncKube,
  broker: ServiceBroker,
  { desired, existing }: { desired: DesiredObject; existing: ClassOrPlan },
): Promise<void> {
  const changed = updatedObject(broker, existing, desired);
  const current = changed === undefined ? existing : asClassOrPlan(await kube.update(changed));
  await markRemoved(kube, current, false);
}

async function markRemoved(kube: SyncKube, entry: ClassOrPlan, removed: boolean): Promise<void> {
  const changed = withRemoved(entry, removed);
  if (changed !== undefined) await kube.update(changed, { subresource: 'status' });
}

function problem(broker: ServiceBroker, { kind, name, spec }: DesiredObject, why: string): string {
  const what = `${kind} (K8S: "${name}" ExternalName: "${String(spec['externalName'])}")`;
  return `Error reconciling ${what} (broker "${broker.metadata.name}"): ${why}`;
}
