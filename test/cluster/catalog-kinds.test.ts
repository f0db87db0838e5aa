import { beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { pick, renderChart } from './chart.js';

/** A schema, or a part of one. */
interface Schema {
  type?: string;
  nullable?: boolean;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  [keyword: string]: unknown;
}

interface Definition {
  scope: string;
  names: Record<string, unknown>;
  versions: {
    name: string;
    served: boolean;
    storage: boolean;
    subresources: object;
    additionalPrinterColumns: { name: string; jsonPath: string }[];
    schema: { openAPIV3Schema: Schema };
  }[];
}

const broker = ['URL .spec.url', 'Status .status.lastConditionState'];

/** Kind, plural, and the printer columns before Age (service-catalog.md section 1). */
const KINDS: [kind: string, plural: string, columns: string[]][] = [
  ['ClusterServiceBroker', 'clusterservicebrokers', broker],
  ['ServiceBroker', 'servicebrokers', broker],
  [
    'ClusterServiceClass',
    'clusterserviceclasses',
    ['External-Name .spec.externalName', 'Broker .spec.clusterServiceBrokerName'],
  ],
  ['ServiceClass', 'serviceclasses', ['External-Name .spec.externalName', 'Broker .spec.serviceBrokerName']],
  [
    'ClusterServicePlan',
    'clusterserviceplans',
    [
      'External-Name .spec.externalName',
      'Broker .spec.clusterServiceBrokerName',
      'Class .spec.clusterServiceClassRef.name',
    ],
  ],
  [
    'ServicePlan',
    'serviceplans',
    [
      'External-Name .spec.externalName',
      'Broker .spec.serviceBrokerName',
      'Class .spec.serviceClassRef.name',
    ],
  ],
  [
    'ServiceInstance',
    'serviceinstances',
    [
      'Class .status.userSpecifiedClassName',
      'Plan .status.userSpecifiedPlanName',
      'Status .status.lastConditionState',
    ],
  ],
  [
    'ServiceBinding',
    'servicebindings',
    [
      'Service-Instance .spec.instanceRef.name',
      'Secret-Name .spec.secretName',
      'Status .status.lastConditionState',
    ],
  ],
];

let objects: KubeObject[];

beforeAll(async () => {
  objects = await renderChart({ chart: 'mesitis-platform', name: 'mesitis', namespace: 'mesitis-system' });
});

const definitionOf = (plural: string): KubeObject =>
  pick(objects, 'CustomResourceDefinition', `${plural}.servicecatalog.k8s.io`);

describe.each(KINDS)('%s', (kind, plural, columns) => {
  test('is served as Service Catalog served it', () => {
    const { metadata, spec } = definitionOf(plural);
    const { scope, names, versions } = spec as Definition;
    expect(scope).toBe(kind.startsWith('Cluster') ? 'Cluster' : 'Namespaced');
    expect(names).toEqual({
      kind,
      listKind: `${kind}List`,
      plural,
      singular: kind.toLowerCase(),
      categories: ['all', 'svcat'],
    });
    expect(versions).toEqual([
      expect.objectContaining({
        name: 'v1beta1',
        served: true,
        storage: true,
        subresources: { status: {} },
      }),
    ]);
    expect(versions[0]?.additionalPrinterColumns.map(({ name, jsonPath }) => `${name} ${jsonPath}`)).toEqual([
      ...columns,
      'Age .metadata.creationTimestamp',
    ]);
    expect(metadata.labels).toMatchObject({ svcat: 'true' });
    // Without it the API server takes no kind of a group that ends in k8s.io.
    expect(metadata.annotations).toHaveProperty(['api-approved.kubernetes.io']);
  });

  test('takes the nulls, zero values and unknown fields that Go clients and old manifests send', () => {
    const [version] = (definitionOf(plural)['spec'] as Definition).versions;
    const { spec = {}, status = {} } = version?.schema.openAPIV3Schema.properties ?? {};
    expect(spec['x-kubernetes-preserve-unknown-fields']).toBe(true);
    expect(status['x-kubernetes-preserve-unknown-fields']).toBe(true);
    expect([...refusals(spec, 'spec'), ...refusals(status, 'status')]).toEqual([]);
  });
});

test('a ServiceBinding is a Provisioned Service, for controllers that may read it', () => {
  expect(definitionOf('servicebindings').metadata.labels).toMatchObject({
    'servicebinding.io/provisioned-service': 'true',
  });
  const readers = objects.filter(
    ({ kind, metadata }) =>
      kind === 'ClusterRole' && metadata.labels?.['servicebinding.io/controller'] === 'true',
  );
  expect(readers.map(({ rules }) => rules)).toEqual([
    [
      {
        apiGroups: ['servicecatalog.k8s.io'],
        resources: ['servicebindings'],
        verbs: ['get', 'list', 'watch'],
      },
    ],
  ]);
});

/** Where a schema refuses what a Go client sends for a field that it does not set. */
function refusals(schema: Schema, path: string): string[] {
  const { type, nullable, properties = {}, items, additionalProperties } = schema;
  const isItem = path.endsWith('[]') || path.endsWith('{}');
  return [
    ...(nullable === true || isItem ? [] : [`${path} is not nullable`]),
    ...['required', 'minLength', 'minItems', 'minProperties', 'pattern', 'format', 'minimum'].flatMap(
      (keyword) =>
        schema[keyword] === undefined || isHarmless(keyword, schema) ? [] : [`${path}: ${keyword}`],
    ),
    ...(Array.isArray(schema['enum']) && !schema['enum'].includes('') ? [`${path}: enum without ""`] : []),
    ...(type === 'object' && items !== undefined ? [`${path}: items of an object`] : []),
    ...Object.entries(properties).flatMap(([name, inner]) => refusals(inner, `${path}.${name}`)),
    ...(items === undefined ? [] : refusals(items, `${path}[]`)),
    ...(typeof additionalProperties === 'object' ? refusals(additionalProperties, `${path}{}`) : []),
  ];
}

/** Zero is at least zero, and the format of a number says how long it is. */
function isHarmless(keyword: string, { [keyword]: value, type }: Schema): boolean {
  return keyword === 'minimum' ? value === 0 : keyword === 'format' && type === 'integer';
}
