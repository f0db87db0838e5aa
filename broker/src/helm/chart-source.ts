import { realpath } from 'node:fs/promises';
import { isAbsolute, resolve, sep } from 'node:path';
import { BrokerError } from '../errors.js';
import type { HelmRelease } from '../provision/provisioner.js';

/** Where a chart comes from. */
export type ChartSource =
  | { from: 'url'; url: string }
  | { from: 'registry'; reference: string; version?: string }
  | { from: 'repository'; repository: string; name: string; version: string }
  | { from: 'folder'; path: string };

/** A complete version of Semantic Versioning 2.0; helm reads anything less as a range, which moves. */
const EXACT_VERSION =
  /^v?\d+\.\d+\.\d+(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;
/** Nothing that helm could take for a flag, a path, or a name with the repository in front. */
const CHART_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
/** `oci://REGISTRY/PATH`, then a tag or a digest or neither. */
const REGISTRY_REFERENCE =
  /^oci:\/\/[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+(?::([^/@]+)|(@sha256:[0-9a-f]{64}))?$/;

/**
 * Reads where the chart of a release comes from, and refuses whatever does not pin one version of it.
 * @throws BrokerError OfferingMisconfigured
 */
export function chartSource({
  chart,
  repository,
  version,
}: Pick<HelmRelease, 'chart' | 'repository' | 'version'>): ChartSource {
  if (version !== undefined && !EXACT_VERSION.test(version)) {
    misconfigured('provisiondata.version', 'must be one complete version, as 1.2.3; a range would move');
  }
  if (repository !== undefined) {
    if (!CHART_NAME.test(chart)) {
      misconfigured('provisiondata.chart', 'must be the name of a chart in the repository');
    }
    return {
      from: 'repository',
      repository: httpUrl('provisiondata.repository', repository),
      name: chart,
      version: pinned(version),
    };
  }
  if (chart.startsWith('oci://')) return registry(chart, version);
  if (/^https?:\/\//i.test(chart)) return { from: 'url', url: httpUrl('provisiondata.charturl', chart) };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(chart)) {
    misconfigured(
      'provisiondata.chart',
      'must be oci://…, a folder of the image, or stand beside a repository',
    );
  }
  if (!/^[A-Za-z0-9/]/.test(chart) || chart.includes('\0')) {
    misconfigured('provisiondata.chart', 'must begin with a letter, a digit or /');
  }
  return { from: 'folder', path: chart };
}

function registry(reference: string, version: string | undefined): ChartSource {
  const [whole, tag, digest] = REGISTRY_REFERENCE.exec(reference) ?? [];
  if (whole === undefined) {
    return misconfigured(
      'provisiondata.chart',
      'must be oci://REGISTRY/PATH, and may end with :1.2.3 or @sha256:…',
    );
  }
  if (tag !== undefined && !EXACT_VERSION.test(tag)) {
    return misconfigured('provisiondata.chart', 'must end with one complete version, as :1.2.3');
  }
  if (tag !== undefined && version !== undefined && tag !== version) {
    return misconfigured('provisiondata.version', 'must be the version that provisiondata.chart ends with');
  }
  // A tag or a digest pins it already.
  if (tag !== undefined) return { from: 'registry', reference };
  if (digest === undefined) return { from: 'registry', reference, version: pinned(version) };
  return { from: 'registry', reference, ...(version === undefined ? {} : { version }) };
}

function pinned(version: string | undefined): string {
  return (
    version ??
    misconfigured('provisiondata.version', 'is required for a chart from a registry or repository, as 1.2.3')
  );
}

function httpUrl(path: string, text: string): string {
  const url = URL.canParse(text) && !/\s/.test(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    return misconfigured(path, 'must be an http or https URL');
  }
  if (url.username !== '' || url.password !== '') {
    return misconfigured(path, 'must not hold a user name or password');
  }
  return text;
}

/**
 * The real path of a chart in the folder of charts; a relative one is taken from there.
 * @param root the folder of charts; undefined when the broker has none
 * @throws BrokerError OfferingMisconfigured when it is not inside, symbolic links followed, or does not exist
 */
export async function chartPath(path: string, root: string | undefined): Promise<string> {
  if (root === undefined) {
    return misconfigured(
      'provisiondata.chart',
      'names a folder, and this broker has no folder of charts; use oci://… or a repository, or set HELM_CHARTS_DIR',
    );
  }
  const base = await realpath(root).catch(() => undefined);
  const wanted = isAbsolute(path) ? path : resolve(root, path);
  const found = await realpath(wanted).catch(() => undefined);
  if (base === undefined || found === undefined) {
    return misconfigured('provisiondata.chart', `${JSON.stringify(path)} is not in the folder of charts`);
  }
  // Both the name and what it links to: what is outside is not even told to exist.
  if (!found.startsWith(`${base}${sep}`)) {
    return misconfigured('provisiondata.chart', `${JSON.stringify(path)} is not in the folder of charts`);
  }
  return found;
}

function misconfigured(path: string, problem: string): never {
  throw new BrokerError('OfferingMisconfigured', `${path}: ${problem}; ask the provider to correct it`);
}
