import type { Kube } from '@mesitis/kube';
import { shortId } from '@mesitis/offering';
import type { Helm } from '../helm/helm.js';
import { releaseName } from '../helm/release-name.js';
import type { ReleaseContext } from '../helm/release-steps.js';
import { bringAbout, takeAway } from '../helm/release-steps.js';
import { coordinatesOfHost, serviceHost } from './coordinates.js';
import type { HelmRelease, Provisioner, ProvisionOf, Resources, Work } from './provisioner.js';
import { releaseCoordinates } from './release-coordinates.js';

/** What ProvisionHelmChart works with. */
export interface HelmChartOptions {
  helm: Helm;
  kube: Pick<Kube, 'get' | 'list' | 'remove'>;
  /** The cluster's DNS domain, `cluster.local` as a rule. */
  clusterDomain: string;
}

/**
 * ProvisionHelmChart: a release of its own for each instance, by the real helm. When the release carries `waitSeconds`,
 * helm waits for its objects while it installs or upgrades, so that the chart's own hooks find what they expect; nothing
 * is left to wait for afterwards.
 */
export function helmChart(options: HelmChartOptions): Provisioner<ProvisionOf<'ProvisionHelmChart'>> {
  const { helm, kube, clusterDomain } = options;
  const context: ReleaseContext = { helm, kube };
  const reached = async (resources: Resources, work: Work): Promise<Resources> => ({
    ...resources,
    coordinates: await releaseCoordinates(kube, releaseOf(resources), clusterDomain, work.signal),
  });
  return {
    kind: 'ProvisionHelmChart',
    async plan(provision, instanceId) {
      const release = planRelease(provision, instanceId);
      await helm.check(release);
      // Its ports are known once it is installed.
      const host = serviceHost(release.service ?? release.name, release.namespace, clusterDomain);
      return { objects: [], release, coordinates: coordinatesOfHost(host) };
    },
    async make(resources, work) {
      try {
        await bringAbout(context, releaseOf(resources), work);
        return { made: await reached(resources, work) };
      } catch (error) {
        work.signal.throwIfAborted();
        // What is not this instance's is left alone when it is taken away.
        return { made: resources, failure: { error } };
      }
    },
    async awaitReady(resources) {
      // A mistake of ours: then nobody would have waited.
      if (releaseOf(resources).waitSeconds === undefined) {
        throw new Error('a Helm release that is awaited needs waitSeconds before it is made');
      }
      await Promise.resolve();
    },
    async change(from, to, work) {
      const [before, after] = [releaseOf(from), releaseOf(to)];
      await bringAbout(context, after, work);
      const changed = await reached(to, work);
      if (!isSameRelease(before, after)) await takeAway(context, before, work);
      return changed;
    },
    async remove({ release }, work) {
      if (release !== undefined) await takeAway(context, release, work);
    },
  };
}

function planRelease(provision: ProvisionOf<'ProvisionHelmChart'>, instanceId: string): HelmRelease {
  const { namespace, name, chart, chartUrl, repository, version, values = {}, service, port } = provision;
  return {
    name: releaseName(name, shortId(instanceId)),
    namespace,
    // The entry has exactly one of them.
    chart: chart ?? chartUrl ?? '',
    ...(repository === undefined ? {} : { repository }),
    ...(version === undefined ? {} : { version }),
    ...(service === undefined ? {} : { service }),
    ...(port === undefined ? {} : { port }),
    values,
  };
}

function releaseOf({ release }: Resources): HelmRelease {
  if (release === undefined) throw new Error('an instance of ProvisionHelmChart has a release');
  return release;
}

function isSameRelease(one: HelmRelease, other: HelmRelease): boolean {
  return one.namespace === other.namespace && one.name === other.name;
}
