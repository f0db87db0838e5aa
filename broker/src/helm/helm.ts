import type { Json, JsonObject } from '@mesitis/kube';
import { parse } from 'yaml';
import { BrokerError } from '../errors.js';
import { isJsonObject, member } from '../json.js';
import type { HelmRelease, Work } from '../provision/provisioner.js';
import { chartPath, chartSource } from './chart-source.js';
import type { ChartSource } from './chart-source.js';
import type { ReleaseRef } from './helm-arguments.js';
import {
  historyArguments,
  installArguments,
  metadataArguments,
  purgeArguments,
  rollbackArguments,
  showChartArguments,
  statusArguments,
  uninstallArguments,
  upgradeArguments,
} from './helm-arguments.js';
import { helmFailure, saysNotFound } from './helm-failure.js';
import type { HelmCommand, HelmResult, RunHelm } from './helm-runner.js';
import { leftoversOf } from './leftovers.js';
import type { Leftovers } from './leftovers.js';
import { waitProgress } from './wait-progress.js';

/** One revision of a release. */
export interface Revision {
  revision: number;
  /** `deployed`, `failed`, `superseded`, `uninstalled`, `uninstalling`, `pending-install`, `pending-upgrade`, … */
  status: string;
}

/** A revision with what is written on it. */
export interface ReleaseState extends Revision {
  labels: Record<string, string>;
}

/** A run is ended by the signal, whose reason is thrown; what it waits for is told as progress. */
type Run = Pick<Work, 'signal' | 'progress'>;

/** Options of {@link Helm}. */
export interface HelmOptions {
  run: RunHelm;
  /** Below which the charts are that an entry names by a path; undefined when there are none. */
  chartsDirectory?: string;
  /** How long to wait for objects to be gone, and for each hook that runs then, in seconds. Default 300. */
  removalSeconds?: number;
}

const REMOVAL_SECONDS = 300;

/** The commands of helm as far as an instance needs them. All of them throw a BrokerError that users may see. */
export class Helm {
  readonly #run: RunHelm;
  readonly #chartsDirectory: string | undefined;
  readonly #removalSeconds: number;

  constructor({ run, chartsDirectory, removalSeconds = REMOVAL_SECONDS }: HelmOptions) {
    this.#run = run;
    this.#chartsDirectory = chartsDirectory;
    this.#removalSeconds = removalSeconds;
  }

  /** The last revision, or the named one; undefined when there is no such release. */
  async state(release: HelmRelease, run: Run, revision?: number): Promise<ReleaseState | undefined> {
    const result = await this.#read(metadataArguments(release, revision), run);
    if (result.code !== 0 && saysNotFound(result)) return undefined;
    const metadata = this.#json(result, 'reading', release);
    const labels = isJsonObject(metadata) ? member(metadata, 'labels') : undefined;
    return { ...toRevision(metadata), labels: isJsonObject(labels) ? onlyTexts(labels) : {} };
  }

  /** All revisions that are kept, the last one first. */
  async history(release: HelmRelease, run: Run): Promise<Revision[]> {
    const revisions = this.#json(await this.#read(historyArguments(release), run), 'reading', release);
    if (!Array.isArray(revisions)) return [];
    return revisions.map(toRevision).sort((one, other) => other.revision - one.revision);
  }

  /** Installs, waiting for the objects when the release says so. The labels are written on the release. */
  async install(release: HelmRelease, labels: Readonly<Record<string, string>>, run: Run): Promise<void> {
    const chart = await this.#chart(release, run);
    await this.#apply(installArguments(release, chart, labels), 'installing', release, run);
  }

  /** As {@link install}, over what is installed. */
  async upgrade(release: HelmRelease, labels: Readonly<Record<string, string>>, run: Run): Promise<void> {
    const chart = await this.#chart(release, run);
    await this.#apply(upgradeArguments(release, chart, labels), 'upgrading', release, run);
  }

  /** Makes an earlier revision the current one again. */
  async rollback(release: HelmRelease, revision: number, run: Run): Promise<void> {
    await this.#apply(rollbackArguments(release, revision), 'restoring', release, run);
  }

  /** Takes the objects away and waits until they are gone; the record stays. @throws also when some are still there */
  async uninstall(release: HelmRelease, options: { hooks: boolean }, run: Run): Promise<void> {
    const args = uninstallArguments(release, { ...options, seconds: this.#removalSeconds });
    await this.#apply(args, 'uninstalling', release, run);
  }

  /** Forgets a release that is uninstalled. */
  async purge(release: HelmRelease, run: Run): Promise<void> {
    await this.#apply(purgeArguments(release), 'uninstalling', release, run);
  }

  /** What exists of a release: the objects of its last revision, and what the hooks of any revision left. */
  async leftovers(release: HelmRelease, run: Run): Promise<Leftovers> {
    const revisions = await this.history(release, run);
    const found = await Promise.all(
      revisions.map(async ({ revision }) => {
        const result = await this.#read(statusArguments(release, revision), run);
        return leftoversOf(this.#json(result, 'reading', release), release.namespace);
      }),
    );
    const hooks = found.flatMap((leftovers) => leftovers.hooks);
    return {
      objects: found[0]?.objects ?? [],
      // A hook that ran for several revisions is one object.
      hooks: [...new Map(hooks.map((hook) => [JSON.stringify(hook), hook])).values()],
    };
  }

  /** Refuses a release whose chart no installation would find acceptable; nothing is fetched. @throws BrokerError */
  async check(release: HelmRelease): Promise<void> {
    await this.#source(release);
  }

  async #source(release: HelmRelease): Promise<ChartSource> {
    const source = chartSource(release);
    if (source.from !== 'folder') return source;
    return { ...source, path: await chartPath(source.path, this.#chartsDirectory) };
  }

  /** The chart as helm is given it. A version beside a URL or a folder, which helm would pass over, must be the chart's. */
  async #chart(release: HelmRelease, run: Run): Promise<ChartSource> {
    const chart = await this.#source(release);
    const { version } = release;
    if (version === undefined || chart.from === 'registry' || chart.from === 'repository') return chart;
    const result = await this.#read(showChartArguments(chart), run);
    if (result.code !== 0) throw helmFailure(result, doing('reading the chart of', release), release);
    const metadata: unknown = parse(result.stdout);
    const found = isJsonObject(metadata) ? textOf(member(metadata, 'version')) : '';
    if (found.replace(/^v/, '') === version.replace(/^v/, '')) return chart;
    throw new BrokerError(
      'OfferingMisconfigured',
      `the chart has the version ${found}, and provisiondata.version is ${version}; ask the provider to correct one of them`,
    );
  }

  async #read(args: readonly string[], run: Run): Promise<HelmResult> {
    return this.#run(command(run, { args, readOutput: true }));
  }

  async #apply(args: readonly string[], verb: string, release: HelmRelease, run: Run): Promise<void> {
    let last: string | undefined;
    const onLine = (line: string): void => {
      const progress = waitProgress(line);
      if (progress === undefined || progress === last) return;
      last = progress;
      run.progress(progress);
    };
    const result = await this.#run(command(run, { args, input: JSON.stringify(release.values), onLine }));
    if (result.code !== 0) throw helmFailure(result, doing(verb, release), release);
  }

  #json(result: HelmResult, verb: string, release: HelmRelease): Json {
    if (result.code !== 0) throw helmFailure(result, doing(verb, release), release);
    try {
      return JSON.parse(result.stdout) as Json;
    } catch {
      // No cause: it would quote the release.
      throw new BrokerError('ReleaseFailed', `${doing(verb, release)} failed: helm did not answer in JSON`);
    }
  }
}

function command({ signal, progress }: Run, rest: Omit<HelmCommand, 'signal'>): HelmCommand {
  return {
    ...rest,
    signal,
    onQueued: () => progress('waiting for other Helm releases of this broker'),
  };
}

function doing(verb: string, { namespace, name }: ReleaseRef): string {
  return `${verb} the Helm release ${namespace}/${name}`;
}

function toRevision(value: Json): Revision {
  const fields = isJsonObject(value) ? value : {};
  return { revision: Number(member(fields, 'revision')), status: textOf(member(fields, 'status')) };
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function onlyTexts(object: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(object).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
