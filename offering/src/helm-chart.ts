import { coordinate, readNamespace, readPort, refuseCredentials } from './coordinates.js';
import { checkStrings, Fields, knownKeys, type Field, type Format } from './fields.js';
import type { Provision } from './model.js';
import { objectToJson, type ObjectNode } from './payload-node.js';
import type { Report } from './report.js';
import { HTTP_URL, RELEASE_NAME, SERVICE_NAME } from './syntax.js';
import type { ParameterFacts } from './template/parameter-facts.js';
import type { ExpressionPlace } from './template/place.js';
import { hasExpression } from './template/scan.js';
import { withoutUndefined } from './without-undefined.js';

type HelmChart = Extract<Provision, { kind: 'ProvisionHelmChart' }>;

const KEYS = knownKeys(
  ['namespace', 'name'],
  ['chart', 'charturl', 'repository', 'version', 'values', 'service', 'port'],
);

/** A complete version of Semantic Versioning 2.0: helm reads anything less as a range, which moves. */
const VERSION = /^v?\d+\.\d+\.\d+(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;

/** `oci://REGISTRY/PATH`, then a tag or a digest or neither. */
const REGISTRY_REFERENCE =
  /^oci:\/\/[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+(?::([^/@]+)|(@sha256:[0-9a-f]{64}))?$/;

/** A chart without a repository: in a registry, or in a folder of the image. An option of helm begins with a hyphen. */
export const CHART: Format = {
  rule: 'chart-name',
  problem: (text) => {
    const isChart = text.includes('://')
      ? REGISTRY_REFERENCE.test(text)
      : /^[a-z0-9/][^\s\p{Cc}]*$/iu.test(text);
    return isChart
      ? undefined
      : 'is no chart; write oci://REGISTRY/PATH, a folder of charts, or a name beside repository';
  },
};

/** The name of a chart in a repository. */
export const PLAIN_CHART: Format = {
  rule: 'chart-name',
  problem: (text) =>
    /^[a-z0-9][-._a-z0-9]*$/i.test(text)
      ? undefined
      : 'is no name of a chart in the repository; write the name alone, or leave repository out',
};

/** The version of a chart. */
export const CHART_VERSION: Format = {
  rule: 'chart-version',
  problem: (text) =>
    VERSION.test(text) ? undefined : 'is not one complete version, so it would move; write it as in 1.2.3',
};

/** Reads the data of ProvisionHelmChart. */
export function readHelmChart(
  data: Field<ObjectNode>,
  report: Report,
  parameters: ParameterFacts | undefined,
): HelmChart | undefined {
  const fields = new Fields(data, KEYS, report);
  const namespace = readNamespace(fields);
  const expressions = coordinate(parameters);
  const name = fields.string('name', { format: RELEASE_NAME, expressions });
  const source = readSource(data, fields, report);
  const service = fields.string('service', { format: SERVICE_NAME, expressions });
  const port = readPort(fields, parameters, report);
  const values = fields.object('values');
  if (values !== undefined) checkStrings(values, { generates: 'instance', parameters }, report);
  if (namespace === undefined || name === undefined) return undefined;
  return withoutUndefined({
    kind: 'ProvisionHelmChart' as const,
    namespace,
    name,
    ...source,
    values: values === undefined ? undefined : objectToJson(values.node),
    service,
    port,
  });
}

interface Source {
  chart: string | undefined;
  chartUrl: string | undefined;
  repository: string | undefined;
  version: string | undefined;
}

/** Which chart is installed is the provider's choice alone: a chart can do whatever the broker can. */
const SOURCE: ExpressionPlace = {
  isText: true,
  only: {
    roots: ['instance', 'consumer', 'offering'],
    rule: 'expression-chart',
    because: 'consumers must not choose what is installed; write a plan for each chart',
  },
};

function readSource(data: Field<ObjectNode>, fields: Fields, report: Report): Source {
  const hasRepository = fields.raw('repository') !== undefined;
  const source = {
    chart: fields.string('chart', { format: hasRepository ? PLAIN_CHART : CHART, expressions: SOURCE }),
    chartUrl: readUrl('charturl', fields, report),
    repository: readUrl('repository', fields, report),
    version: fields.string('version', { format: CHART_VERSION, expressions: SOURCE }),
  };
  const [chart, chartUrl] = [fields.raw('chart'), fields.raw('charturl')];
  if (chart === undefined && chartUrl === undefined) {
    report.add('chart-choice', data, 'has neither chart nor charturl; give one of them');
  }
  if (chart !== undefined && chartUrl !== undefined) {
    report.add('chart-choice', data, 'has both chart and charturl; remove one of them');
  }
  if (chartUrl !== undefined && hasRepository) {
    report.add(
      'chart-choice',
      data,
      'has both charturl and repository; a URL needs no repository, so remove it',
    );
  }
  checkVersion(source, fields, report);
  return source;
}

function readUrl(key: 'charturl' | 'repository', fields: Fields, report: Report): string | undefined {
  const url = fields.string(key, { format: HTTP_URL, expressions: SOURCE });
  const field = fields.raw(key);
  return url === undefined || field === undefined || refuseCredentials(url, field, report) ? undefined : url;
}

/** An instance that is made again, or changed, must come from the same chart. */
function checkVersion(source: Source, fields: Fields, report: Report): void {
  const place = fields.raw('version') ?? fields.raw('chart');
  const { chart, version } = source;
  if (chart === undefined || place === undefined || hasExpression(chart) || hasExpression(version)) return;
  // A version that is wrong is noted already.
  const isGiven = fields.raw('version') !== undefined;
  const problem = versionProblem({ ...source, chart }, isGiven);
  if (problem !== undefined) report.add('chart-version', place, problem);
}

function versionProblem(
  { chart, repository, version }: Source & { chart: string },
  isGiven: boolean,
): string | undefined {
  const [reference, tag, digest] = REGISTRY_REFERENCE.exec(chart) ?? [];
  if (tag !== undefined) {
    if (!VERSION.test(tag)) return 'ends with a tag that is not one complete version; write it as in :1.2.3';
    const isSame = version === undefined || version === tag;
    return isSame ? undefined : 'is not the version that chart ends with; remove one of them';
  }
  const isFetched = repository !== undefined || reference !== undefined;
  if (isGiven || !isFetched || digest !== undefined) return undefined;
  return 'is fetched in whatever version is the newest; add version, as in 1.2.3';
}
