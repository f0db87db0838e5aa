import { coordinate, readNamespace, readPort, refuseCredentials } from './coordinates.js';
import { Fields, isObject, knownKeys, wrongType, type Field } from './fields.js';
import { readHelmChart } from './helm-chart.js';
import type { NamedKind, KindFamily } from './kinds.js';
import type { Provision } from './model.js';
import type { ObjectNode } from './payload-node.js';
import type { Report } from './report.js';
import { ANY_URL, LABEL_SELECTOR, SERVICE_NAME } from './syntax.js';
import type { ParameterFacts } from './template/parameter-facts.js';
import { hasExpression, scanTemplate } from './template/scan.js';
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

type Reader = (
  data: Field<ObjectNode>,
  report: Report,
  parameters: ParameterFacts | undefined,
) => Provision | undefined;

const READERS: Readonly<Record<Provision['kind'], Reader>> = {
  ProvisionNonClusterURL: nonClusterUrl,
  ProvisionExistingClusterService: existingClusterService,
  ProvisionConfigMapObjects: configMapObjects,
  ProvisionHelmChart: readHelmChart,
};

/**
 * Reads the data of a provision kind.
 * @param fields the entry, in which the data may be missing
 * @param parameters what the entry's schema says of the parameters that expressions read
 */
export function readProvision(
  { kind, dataKey, data }: NamedKind<Provision['kind']>,
  fields: Fields,
  parameters: ParameterFacts | undefined,
  report: Report,
): Provision | undefined {
  if (data === undefined) fields.missing(dataKey, `add an object with the data of ${kind}`);
  else if (isObject(data)) return READERS[kind](data, report, parameters);
  else wrongType(data, 'an object', report);
  return undefined;
}

const KEYS = {
  url: knownKeys(['url']),
  service: knownKeys(['namespace', 'name'], ['port']),
  objects: knownKeys(['namespace', 'name', 'labelSelector']),
};

function nonClusterUrl(
  data: Field<ObjectNode>,
  report: Report,
  parameters: ParameterFacts | undefined,
): Provision | undefined {
  const fields = new Fields(data, KEYS.url, report);
  const url = fields.string('url', { format: ANY_URL, expressions: coordinate(parameters) });
  const field = fields.raw('url');
  if (url === undefined || field === undefined || refuseCredentials(url, field, report)) return undefined;
  return { kind: 'ProvisionNonClusterURL', url };
}

function existingClusterService(
  data: Field<ObjectNode>,
  report: Report,
  parameters: ParameterFacts | undefined,
): Provision | undefined {
  const fields = new Fields(data, KEYS.service, report);
  const namespace = readNamespace(fields);
  const name = fields.string('name', { format: SERVICE_NAME, expressions: coordinate(parameters) });
  const port = readPort(fields, parameters, report);
  if (namespace === undefined || name === undefined) return undefined;
  return withoutUndefined({ kind: 'ProvisionExistingClusterService' as const, namespace, name, port });
}

function configMapObjects(
  data: Field<ObjectNode>,
  report: Report,
  parameters: ParameterFacts | undefined,
): Provision | undefined {
  const fields = new Fields(data, KEYS.objects, report);
  const expressions = coordinate(parameters);
  const namespace = readNamespace(fields);
  const name = fields.string('name', { format: SERVICE_NAME, expressions });
  const labelSelector = fields.string('labelSelector', { format: LABEL_SELECTOR, expressions });
  const field = fields.raw('labelSelector');
  if (labelSelector !== undefined && field !== undefined) checkSelector(labelSelector, field, report);
  if (namespace === undefined || name === undefined || labelSelector === undefined) return undefined;
  return { kind: 'ProvisionConfigMapObjects', namespace, name, labelSelector };
}

/** What surrounds the expressions of a selector is known now; each of them stands for one value. */
function checkSelector(text: string, field: Field, report: Report): void {
  const scan = hasExpression(text) ? scanTemplate(text) : undefined;
  if (scan?.ok !== true) return;
  const selector = scan.parts.map((part) => (part.type === 'text' ? part.text : 'x')).join('');
  const problem = LABEL_SELECTOR.problem(selector);
  if (problem !== undefined) report.add('label-selector', field, problem);
}
