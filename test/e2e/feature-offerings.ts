import type { KubeObject } from '@mesitis/kube';
import { deploymentOf, entryOf, objectsIn, serviceOf, workload, wrapped } from './offerings.js';

const PROVIDER = 'provider-ns';

/** What the parameters of `app` may be. `clusterIp` can be changed by nobody: the API server holds it immutable. */
const PARAMETERS = {
  type: 'object',
  properties: {
    size: { type: 'integer', minimum: 1, maximum: 5, default: 2 },
    colour: { type: 'string', default: 'blue' },
    clusterIp: { type: 'string', default: 'None' },
  },
  additionalProperties: false,
};

/** Two versions of one offering whose objects are made of parameters; the second has one object more. */
const APP: KubeObject[] = [
  ...[
    { version: '1', uuid: 'app-1', selector: 'app' },
    { version: '2', uuid: 'app-2', selector: 'app,extra' },
  ].map(({ version, uuid, selector }) =>
    entryOf(PROVIDER, {
      offering: 'app',
      version,
      uuid,
      serviceuuid: 'app',
      parameters: PARAMETERS,
      provisionconfigmapobjects: objectsIn('objects-ns', 'app', selector),
      credentialfromcatalog: {
        username: 'app',
        password: '${generate.password(24)}',
        'instance-password': '${generate.instancePassword(24)}',
      },
    }),
  ),
  wrapped(PROVIDER, 'app', 1, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'app-${instance.shortId}' },
    stringData: { password: '${generate.password(24)}' },
  }),
  wrapped(PROVIDER, 'app', 1, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'app-${instance.shortId}' },
    data: {
      colour: '${parameters.colour}',
      greeting: '${instance.name} of ${consumer.namespace}: ${parameters.size}',
    },
  }),
  wrapped(PROVIDER, 'app', 2, deploymentOf('app', { replicas: '${parameters.size}' })),
  wrapped(PROVIDER, 'app', 3, {
    ...serviceOf('app'),
    spec: { clusterIP: '${parameters.clusterIp}', ports: [{ name: 'http', port: 80 }] },
  }),
  wrapped(PROVIDER, 'extra', 4, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'extra-${instance.shortId}' },
    data: { size: '${string(parameters.size)}' },
  }),
];

/** Offerings whose instances wait for a Deployment: long enough, and not. */
const AWAITED: KubeObject[] = [
  { offering: 'patient', timeoutseconds: 60 },
  { offering: 'hopeless', timeoutseconds: 1 },
].flatMap(({ offering, timeoutseconds }) => [
  entryOf(PROVIDER, {
    offering,
    uuid: offering,
    provisionconfigmapobjects: objectsIn('objects-ns', offering),
    readiness: { timeoutseconds },
  }),
  wrapped(PROVIDER, offering, 1, deploymentOf(offering, { replicas: 1 })),
  wrapped(PROVIDER, offering, 2, serviceOf(offering)),
]);

const SCARCE = entryOf(PROVIDER, {
  offering: 'scarce',
  uuid: 'scarce',
  provisionnonclusterurl: { url: 'https://scarce.example.com' },
  limits: { pernamespace: 1, total: 5 },
});

/** Its Secret is not wrapped: an operator is to write it. */
const LATE: KubeObject[] = [
  entryOf(PROVIDER, {
    offering: 'late',
    uuid: 'late',
    provisionconfigmapobjects: objectsIn('objects-ns', 'late'),
    credentialfromprovisionedsecret: {
      secretname: 'late-${instance.shortId}-auth',
      keys: { user: 'username', password: 'password' },
    },
  }),
  wrapped(PROVIDER, 'late', 1, serviceOf('late')),
];

/** Kinds beyond the six: two that the chart is told of, one that it is not, and one beside the namespaces. */
const KINDS: KubeObject[] = [
  entryOf(PROVIDER, {
    offering: 'kinds',
    uuid: 'kinds',
    provisionconfigmapobjects: objectsIn('objects-ns', 'kinds'),
  }),
  wrapped(PROVIDER, 'kinds', 1, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'kinds-${instance.shortId}' },
    spec: { serviceName: 'kinds-${instance.shortId}', ...workload('kinds-${instance.shortId}') },
  }),
  wrapped(PROVIDER, 'kinds', 2, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'kinds-${instance.shortId}' },
    spec: {
      template: {
        spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.example.com/job:1' }] },
      },
    },
  }),
  wrapped(PROVIDER, 'kinds', 3, serviceOf('kinds')),

  entryOf(PROVIDER, {
    offering: 'no-right',
    uuid: 'no-right',
    provisionconfigmapobjects: objectsIn('objects-ns', 'no-right'),
  }),
  wrapped(PROVIDER, 'no-right', 1, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'no-right-${instance.shortId}' },
    spec: { defaultBackend: { service: { name: 'no-right', port: { number: 80 } } } },
  }),

  entryOf(PROVIDER, {
    offering: 'wide',
    uuid: 'wide',
    provisionconfigmapobjects: objectsIn('objects-ns', 'wide'),
  }),
  wrapped(PROVIDER, 'wide', 1, {
    apiVersion: 'example.com/v1',
    kind: 'Region',
    metadata: { name: 'wide-${instance.shortId}' },
  }),
];

/** A kind of the whole cluster that nobody but the API server knows to be one. */
export const REGIONS: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'regions.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Cluster',
    names: { plural: 'regions', singular: 'region', kind: 'Region', listKind: 'RegionList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};

/** Everything that the provider team of the suite publishes. */
export const FEATURES: KubeObject[] = [...APP, ...AWAITED, SCARCE, ...LATE, ...KINDS];
