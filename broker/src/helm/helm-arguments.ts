import type { HelmRelease } from '../provision/provisioner.js';
import type { ChartSource } from './chart-source.js';

/** A release by name. */
export type ReleaseRef = Pick<HelmRelease, 'name' | 'namespace'>;

/**
 * The command lines. Values stand behind an equals sign, and positional arguments behind `--`, so that no text can ever
 * become a flag.
 */

/** How long a hook may run, in seconds, when nobody waits for more; helm's own default. */
const HOOK_SECONDS = 300;

/**
 * Revisions to keep: to go back to the one before, and to know which hooks have run. Helm's own default; each is a Secret
 * of the size of the release.
 */
const KEPT_REVISIONS = 10;

/**
 * Client-side apply: by server-side apply, which is Helm 4's default, API servers before 1.22 refuse every Service whose
 * ports don't name their protocol.
 */
const CLIENT_SIDE = '--server-side=false';

/** `helm install`: values come from stdin. */
export function installArguments(
  release: HelmRelease,
  chart: ChartSource,
  labels: Readonly<Record<string, string>>,
): string[] {
  return ['install', ...applying(release, chart, labels)];
}

/** `helm upgrade`: values come from stdin and take the place of the earlier ones. */
export function upgradeArguments(
  release: HelmRelease,
  chart: ChartSource,
  labels: Readonly<Record<string, string>>,
): string[] {
  return [
    'upgrade',
    '--reset-values',
    '--cleanup-on-fail',
    `--history-max=${KEPT_REVISIONS}`,
    ...applying(release, chart, labels),
  ];
}

function applying(
  release: HelmRelease,
  chart: ChartSource,
  labels: Readonly<Record<string, string>>,
): string[] {
  const list = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const { flags, reference } = chartArguments(chart);
  return [
    inNamespace(release),
    `--labels=${list.join(',')}`,
    '--values=-',
    CLIENT_SIDE,
    '--hide-notes',
    ...waiting(release.waitSeconds),
    ...flags,
    '--',
    release.name,
    reference,
  ];
}

/** `helm rollback`: to a revision in the history, for which no chart is needed. */
export function rollbackArguments(release: HelmRelease, revision: number): string[] {
  return [
    'rollback',
    inNamespace(release),
    CLIENT_SIDE,
    '--cleanup-on-fail',
    `--history-max=${KEPT_REVISIONS}`,
    ...waiting(release.waitSeconds),
    '--',
    release.name,
    String(revision),
  ];
}

/**
 * `helm uninstall`, waiting until the objects are gone. The record stays, because without it nobody would know after a
 * wait that took too long what is still there; {@link purgeArguments} removes it.
 */
export function uninstallArguments(
  release: ReleaseRef,
  options: { hooks: boolean; seconds: number },
): string[] {
  return [
    'uninstall',
    inNamespace(release),
    '--keep-history',
    ...(options.hooks ? [] : ['--no-hooks']),
    '--wait',
    timeout(options.seconds),
    '--debug',
    '--',
    release.name,
  ];
}

/** `helm uninstall` of what is uninstalled already: the record goes. */
export function purgeArguments(release: ReleaseRef): string[] {
  return ['uninstall', inNamespace(release), '--ignore-not-found', '--', release.name];
}

/** `helm get metadata`: of one revision, or of the last. */
export function metadataArguments(release: ReleaseRef, revision?: number): string[] {
  const which = revision === undefined ? [] : [`--revision=${revision}`];
  return ['get', 'metadata', inNamespace(release), '--output=json', ...which, '--', release.name];
}

/** `helm history`. */
export function historyArguments(release: ReleaseRef): string[] {
  return ['history', inNamespace(release), '--output=json', '--', release.name];
}

/** `helm status`: the hooks of a revision and those of its objects that exist. */
export function statusArguments(release: ReleaseRef, revision: number): string[] {
  return ['status', inNamespace(release), '--output=json', `--revision=${revision}`, '--', release.name];
}

/** `helm show chart`: Chart.yaml. */
export function showChartArguments(chart: ChartSource): string[] {
  const { flags, reference } = chartArguments(chart);
  return ['show', 'chart', ...flags, '--', reference];
}

function inNamespace({ namespace }: ReleaseRef): string {
  return `--namespace=${namespace}`;
}

/** Jobs count as ready when they are done; without a limit only hooks are waited for. `--debug` tells what is awaited. */
function waiting(seconds: number | undefined): string[] {
  const limit = timeout(seconds ?? HOOK_SECONDS);
  return seconds === undefined ? [limit] : ['--wait', '--wait-for-jobs', limit, '--debug'];
}

function timeout(seconds: number): string {
  return `--timeout=${seconds}s`;
}

function chartArguments(chart: ChartSource): { flags: string[]; reference: string } {
  switch (chart.from) {
    case 'url':
      return { flags: [], reference: chart.url };
    case 'folder':
      return { flags: [], reference: chart.path };
    case 'registry':
      return { flags: version(chart.version), reference: chart.reference };
    case 'repository':
      return {
        flags: [`--repo=${chart.repository}`, ...version(chart.version)],
        reference: chart.name,
      };
  }
}

function version(text: string | undefined): string[] {
  return text === undefined ? [] : [`--version=${text}`];
}
