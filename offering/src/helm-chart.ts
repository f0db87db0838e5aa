import { coordinate, readNamespace, readPort, refuseCredentials } from './coordinates.js';
import { checkStrings, Fields, knownKeys, type Field, type Format } from './fields.js';
import type { Provision } from './model.js';
import { objectToJson, type ObjectNode } from './payload-node.js';
import type { Report } from './report.js';
import { HTTP_URL, RELEASE_NAME, SERVICE_NAME } from './syntax.js';
import { tellsInstancesApart } from './template/check.js';
import type { ParameterFacts } from './template/parameter-facts.js';
import type { ExpressionPlace } from './template/place.js';
import { withoutUndefined } from './without-undefined.js';

type HelmChart = Extract<Provision, { kind: 'ProvisionHelmChart' }>;

const KEYS = knownKeys(
  ['namespace', 'name'],
  ['chart', 'charturl', 'repository', 'version', 'values', 'service', 'port'],
);

/** What may be given to `helm` as a word: an option begins with a hyphen. */
export const CHART: Format = {
  rule: 'chart-name',
  problem: (text) =>
    /^[^-\s\p{Cc}][^\s\p{Cc}]*$/u.test(text)
      ? undefined
      : 'is no chart; write an oci:// reference, a folder of the image, or a name beside repository',
};

/** The name of a chart in a repository. */
export const PLAIN_CHART: Format = {
  rule: 'chart-name',
  problem: (text) =>
    /^[a-z0-9][-._a-z0-9]*$/i.test(text)
      ? undefined
      : 'is no name of a chart in the repository; write the name alone, or leave repository out',
};

/** A version of a chart, also one that `helm` looks for. */
export const CHART_VERSION: Format = {
  rule: 'chart-name',
  problem: (text) =>
    /^[^-\p{Cc}][^\p{Cc}]*$/u.test(text) ? undefined : 'is no version of a chart; write it as in 1.2.3',
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
  noteFixedName(fields, { name, namespace }, report);
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
    version: fields.string('version', { format: CHART_VERSION, integers: true, expressions: SOURCE }),
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
  noteOpenVersion(source, fields, report);
  return source;
}

function readUrl(key: 'charturl' | 'repository', fields: Fields, report: Report): string | undefined {
  const url = fields.string(key, { format: HTTP_URL, expressions: SOURCE });
  const field = fields.raw(key);
  return url === undefined || field === undefined || refuseCredentials(url, field, report) ? undefined : url;
}

/** An instance that is made again, or changed, must come from the same chart. */
function noteOpenVersion({ chart, repository, version }: Source, fields: Fields, report: Report): void {
  const field = fields.raw('version') ?? fields.raw('chart');
  const isFetched = repository !== undefined || (chart?.startsWith('oci://') ?? false);
  const isPinned =
    version === undefined
      ? /@sha256:|:[^/]+$/.test(chart?.slice('oci:'.length) ?? '')
      : !/[\^~*<>=|, ]|^x$|\.x/i.test(version);
  if (!isFetched || isPinned || field === undefined) return;
  const problem =
    version === undefined ? 'is fetched in its newest version' : 'leaves open which version is fetched';
  report.add('chart-version', field, `${problem}, which may change between instances; write one version`);
}

function noteFixedName(
  fields: Fields,
  { name, namespace }: { name: string | undefined; namespace: string | undefined },
  report: Report,
): void {
  const field = fields.raw('name');
  if (name === undefined || namespace === undefined || field === undefined) return;
  if (tellsInstancesApart(name) || tellsInstancesApart(namespace)) return;
  const message =
    'is the same for every instance, so a second instance is refused; ' +
    'write ${instance.shortId} into it, unless one is enough';
  report.add('release-name-fixed', field, message);
}
