import { rootNames, scanExpressions } from './expressions.js';
import {
  checkExpressions,
  checkStrings,
  Fields,
  isObject,
  knownKeys,
  wrongType,
  type Field,
} from './fields.js';
import type { NamedKind, KindFamily } from './kinds.js';
import type { Provision } from './model.js';
import { objectToJson, type ObjectNode } from './payload-node.js';
import type { Report } from './report.js';
import {
  ANY_URL,
  hasUserInfo,
  HTTP_URL,
  LABEL_SELECTOR,
  NAMESPACE,
  RELEASE_NAME,
  SERVICE_NAME,
} from './syntax.js';
import { withoutUndefined } from './without-undefined.js';

/** The provision kinds (design section 2). */
export const PROVISION_KINDS: KindFamily<Provision['kind']> = {
  rule: 'provision-kind',
  kindKey: 'provisionkind',
  dataKey: 'provisiondata',
  names: {
    ProvisionNonClusterURL: 'ProvisionNonClusterURL',
    ProvisionExistingClusterService: 'ProvisionExistingClusterService',
    ProvisionConfigMapObjects: 'ProvisionConfigMapObjects',
    ProvisionNewClusterObjects: 'ProvisionConfigMapObjects',
    ProvisionHelmChart: 'ProvisionHelmChart',
  },
};

type Reader = (data: Field<ObjectNode>, report: Report) => Provision | undefined;

const READERS: Readonly<Record<Provision['kind'], Reader>> = {
  ProvisionNonClusterURL: nonClusterUrl,
  ProvisionExistingClusterService: existingClusterService,
  ProvisionConfigMapObjects: configMapObjects,
  ProvisionHelmChart: helmChart,
};

/** Reads the data of a provision kind. `fields` is the entry, in which it may be missing. */
export function readProvision(
  { kind, dataKey, data }: NamedKind<Provision['kind']>,
  fields: Fields,
  report: Report,
): Provision | undefined {
  if (data === undefined) fields.missing(dataKey, `add an object with the data of ${kind}`);
  else if (isObject(data)) return READERS[kind](data, report);
  else wrongType(data, 'an object', report);
  return undefined;
}

const EXPRESSIONS = { expressions: true };

const KEYS = {
  url: knownKeys(['url']),
  service: knownKeys(['namespace', 'name'], ['port']),
  objects: knownKeys(['namespace', 'name', 'labelSelector']),
  chart: knownKeys(['namespace', 'name'], ['chart', 'charturl', 'version', 'values']),
};

function nonClusterUrl(data: Field<ObjectNode>, report: Report): Provision | undefined {
  const fields = new Fields(data, KEYS.url, report);
  const url = fields.string('url', { format: ANY_URL, ...EXPRESSIONS });
  const field = fields.raw('url');
  if (url === undefined || field === undefined || hasCredentials(url, field, report)) return undefined;
  return { kind: 'ProvisionNonClusterURL', url };
}

function existingClusterService(data: Field<ObjectNode>, report: Report): Provision | undefined {
  const fields = new Fields(data, KEYS.service, report);
  const namespace = readNamespace(fields, report);
  const name = fields.string('name', { format: SERVICE_NAME, ...EXPRESSIONS });
  const port = readPort(fields, report);
  if (namespace === undefined || name === undefined) return undefined;
  return withoutUndefined({ kind: 'ProvisionExistingClusterService' as const, namespace, name, port });
}

function configMapObjects(data: Field<ObjectNode>, report: Report): Provision | undefined {
  const fields = new Fields(data, KEYS.objects, report);
  const namespace = readNamespace(fields, report);
  const name = fields.string('name', { format: SERVICE_NAME, ...EXPRESSIONS });
  const labelSelector = fields.string('labelSelector', { format: LABEL_SELECTOR, ...EXPRESSIONS });
  if (namespace === undefined || name === undefined || labelSelector === undefined) return undefined;
  return { kind: 'ProvisionConfigMapObjects', namespace, name, labelSelector };
}

function helmChart(data: Field<ObjectNode>, report: Report): Provision | undefined {
  const fields = new Fields(data, KEYS.chart, report);
  const namespace = readNamespace(fields, report);
  const name = fields.string('name', { format: RELEASE_NAME, ...EXPRESSIONS });
  const chart = fields.string('chart', EXPRESSIONS);
  const chartUrl = readChartUrl(fields, report);
  const version = fields.string('version', { integers: true, ...EXPRESSIONS });
  const values = fields.object('values');
  if (values !== undefined) checkStrings(values, report);
  if (fields.raw('chart') === undefined && fields.raw('charturl') === undefined) {
    report.add('chart-choice', data, 'has neither chart nor charturl; give one of them');
  }
  if (fields.raw('chart') !== undefined && fields.raw('charturl') !== undefined) {
    report.add('chart-choice', data, 'has both chart and charturl; remove one of them');
  }
  if (namespace === undefined || name === undefined) return undefined;
  return withoutUndefined({
    kind: 'ProvisionHelmChart' as const,
    namespace,
    name,
    chart,
    chartUrl,
    version,
    values: values === undefined ? undefined : objectToJson(values.node),
  });
}

function readChartUrl(fields: Fields, report: Report): string | undefined {
  const url = fields.string('charturl', { format: HTTP_URL, ...EXPRESSIONS });
  const field = fields.raw('charturl');
  return url === undefined || field === undefined || hasCredentials(url, field, report) ? undefined : url;
}

/** Where objects go may depend on who asks, never on what the consumer passes: it would choose the namespace. */
function readNamespace(fields: Fields, report: Report): string | undefined {
  const namespace = fields.string('namespace', { format: NAMESPACE, ...EXPRESSIONS });
  const field = fields.raw('namespace');
  if (namespace === undefined || field === undefined) return namespace;
  const scan = scanExpressions(namespace);
  const names = scan.ok ? scan.expressions.flatMap((expression) => [...rootNames(expression)]) : [];
  for (const name of ['parameters', 'offering'].filter((forbidden) => names.includes(forbidden))) {
    report.add(
      'expression-namespace',
      field,
      `must not use ${name}; only consumer and instance may be used here`,
    );
  }
  return namespace;
}

function readPort(fields: Fields, report: Report): number | string | undefined {
  const field = fields.field('port');
  if (field === undefined) return undefined;
  const value = field.node.type === 'scalar' ? field.node.value : undefined;
  if (typeof value === 'string' && checkExpressions(value, field, true, report)) return value;
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  if (typeof port === 'number' && isPortNumber(port)) return port;
  if (typeof port === 'string' && isPortName(port)) return port;
  report.add('port-format', field, 'must be a number from 1 to 65535, or the name of a port of the Service');
  return undefined;
}

function isPortNumber(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}

/** RFC 6335 section 5.1, as Kubernetes applies it to port names. */
function isPortName(text: string): boolean {
  return text.length <= 15 && /[a-z]/.test(text) && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text);
}

function hasCredentials(url: string, field: Field, report: Report): boolean {
  if (!hasUserInfo(url)) return false;
  report.add(
    'url-credentials',
    field,
    'holds a user name or password; remove it and give it as a credential',
  );
  return true;
}
