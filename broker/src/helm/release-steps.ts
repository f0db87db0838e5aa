import { createHash } from 'node:crypto';
import type { Json, Kube, ObjectRef } from '@mesitis/kube';
import { isKubeError } from '@mesitis/kube';
import { fromClusterError } from '../cluster-error.js';
import { BrokerError } from '../errors.js';
import { isJsonObject } from '../json.js';
import { display, marked, ownerOf } from '../provision/ownership.js';
import type { HelmRelease, Work } from '../provision/provisioner.js';
import type { Helm, ReleaseState } from './helm.js';

/** What the steps act through. */
export interface ReleaseContext {
  helm: Helm;
  kube: Pick<Kube, 'remove'>;
}

/** Tells revisions apart: the hash of chart and values, so that a release is known to be what is wanted. */
const CONTENT_LABEL = 'mesitis/release-content';

/**
 * Makes the release what it is to be, whatever state an earlier attempt left it in: not there, half installed by a helm
 * that was killed, failed, locked by an upgrade that was interrupted, or what it is to be already.
 * @throws BrokerError; ObjectConflict when a release of that name is not this instance's
 */
export async function bringAbout(context: ReleaseContext, release: HelmRelease, work: Work): Promise<void> {
  const { helm } = context;
  const labels = { ...marked({}, work.instanceId).labels, [CONTENT_LABEL]: contentLabel(release) };
  const state = await helm.state(release, work);
  if (state === undefined) return helm.install(release, labels, work);
  refuseForeign(state, release, work);
  if (state.status === 'deployed' && isWanted(state, release)) return;

  const history = await helm.history(release, work);
  const deployed = history.find(({ status }) => status === 'deployed');
  const usable = deployed ?? history.find(({ status }) => status === 'superseded');
  if (usable === undefined || state.status.startsWith('uninstall')) {
    // It never worked or is on its way out: there is nothing to keep, and helm upgrades only what works.
    await takeAway(context, release, work);
    return helm.install(release, labels, work);
  }
  if (deployed !== undefined && deployed.revision !== state.revision) {
    const last = await helm.state(release, work, deployed.revision);
    // What came after it failed: going back needs neither the chart nor the values.
    if (last !== undefined && isWanted(last, release)) return helm.rollback(release, deployed.revision, work);
  }
  if (state.status.startsWith('pending-')) {
    // The helm that was killed left the release locked; going back is the only command that helm allows then.
    await helm.rollback(withoutWaiting(release), usable.revision, work);
  }
  return helm.upgrade(release, labels, work);
}

/**
 * Uninstalls the release and waits until its objects are gone, those of hooks included. A release that is not there or
 * not this instance's is left alone.
 * @throws BrokerError; DeprovisionIncomplete names what is still there
 */
export async function takeAway(context: ReleaseContext, release: HelmRelease, work: Work): Promise<void> {
  const { helm } = context;
  const state = await helm.state(release, work);
  if (state === undefined || owner(state, work) !== 'this-instance') return;
  const { objects, hooks } = await helm.leftovers(release, work);
  if (state.status !== 'uninstalled') {
    // A release that never worked has nothing that a hook could save, and its hooks would hardly work.
    const isUndone = state.revision === 1 && ['failed', 'pending-install'].includes(state.status);
    await helm.uninstall(release, { hooks: !isUndone }, work);
  } else if (objects[0] !== undefined) {
    throw new BrokerError(
      'DeprovisionIncomplete',
      `uninstalling the Helm release ${release.namespace}/${release.name} is not complete: ${display(objects[0])} is still there; ask again`,
    );
  }
  await Promise.all(hooks.map(async (hook) => removeHook(context, hook, work)));
  await helm.purge(release, work);
}

function withoutWaiting(release: HelmRelease): HelmRelease {
  const unwaited = { ...release };
  delete unwaited.waitSeconds;
  return unwaited;
}

async function removeHook({ kube }: ReleaseContext, hook: ObjectRef, { signal }: Work): Promise<void> {
  const { apiVersion, kind, name } = hook;
  try {
    await kube.remove(hook, { signal }).catch(async (error: unknown) => {
      // A hook without a namespace is in the release's, unless its kind belongs to the whole cluster.
      if (!isKubeError(error, 'invalid')) throw error;
      await kube.remove({ apiVersion, kind, name }, { signal });
    });
  } catch (error) {
    throw fromClusterError(error, `removing ${display(hook)}`);
  }
}

function refuseForeign(state: ReleaseState, { namespace, name }: HelmRelease, work: Work): void {
  const found = owner(state, work);
  if (found === 'this-instance') return;
  const whose = found === 'foreign' ? 'was not made by this broker' : 'belongs to another instance';
  throw new BrokerError(
    'ObjectConflict',
    `the Helm release ${namespace}/${name} exists already and ${whose}; it is left alone: ask the provider to rename the release of the offering or to uninstall the existing one`,
  );
}

function owner({ labels }: ReleaseState, { instanceId }: Work): ReturnType<typeof ownerOf> {
  return ownerOf({ apiVersion: 'v1', kind: 'Secret', metadata: { labels } }, instanceId);
}

function isWanted({ labels }: ReleaseState, release: HelmRelease): boolean {
  return labels[CONTENT_LABEL] === contentLabel(release);
}

function contentLabel({ chart, repository = '', version = '', values }: HelmRelease): string {
  const content = sorted([chart, repository, version, values]);
  return createHash('sha224').update(JSON.stringify(content)).digest('hex');
}

/** The same JSON with every object's keys in order: stores need not keep the order. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, sorted(member)] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}
