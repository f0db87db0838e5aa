import type { JsonObject, KubeObject } from '@mesitis/kube';

/** What is in the cluster when somebody begins to type: two teams that offer, and what a namespace has of theirs. */

const SERVICE_CATALOG = 'servicecatalog.k8s.io/v1beta1';

/** A plan of a Mesitis offering. */
interface PlanFields {
  team: string;
  offering: string;
  version: string;
  whitelist: string[];
  description: string;
  kind: string;
  credential?: string;
  schema?: JsonObject;
  bindingSchema?: JsonObject;
  free?: boolean;
  metadata?: JsonObject;
}

const QUEUE: PlanFields = {
  team: 'api',
  offering: 'queue',
  version: '3',
  whitelist: ['client-ns', 'other-*'],
  description:
    'Message queues with at-least-once delivery, backed up every night and watched over by the API team',
  kind: 'ProvisionConfigMapObjects',
  credential: 'CredentialFromProvisionedSecret',
  schema: {
    type: 'object',
    required: ['size'],
    properties: {
      size: { type: 'integer', minimum: 1, maximum: 5, description: 'How many brokers' },
      retention: {
        type: 'string',
        enum: ['short', 'long'],
        default: 'short',
        description:
          'How long messages are kept: a day or four weeks, and longer only after a word with the team',
      },
      backup: {
        type: 'object',
        required: ['hour'],
        properties: { hour: { type: 'integer', maximum: 23, description: 'When to back up' } },
      },
    },
  },
  bindingSchema: {
    type: 'object',
    properties: {
      role: { type: 'string', enum: ['reader', 'writer'], description: 'What the user may do' },
    },
  },
  free: false,
  metadata: { displayName: 'Message queue', documentationUrl: 'https://wiki.example.com/queue' },
};

const PLANS: readonly PlanFields[] = [
  QUEUE,
  { ...QUEUE, version: '4' },
  {
    team: 'api',
    offering: 'api-service',
    version: '1',
    whitelist: ['client-ns'],
    description: 'An api service offered by the API team',
    kind: 'ProvisionConfigMapObjects',
  },
  {
    team: 'api',
    offering: 'weather',
    version: '2',
    whitelist: ['*'],
    description: 'Weather forecasts from a supplier',
    kind: 'ProvisionNonClusterURL',
  },
  {
    team: 'data',
    offering: 'warehouse',
    version: '1',
    whitelist: ['analytics-*'],
    description: 'The reporting database, read only',
    kind: 'ProvisionExistingClusterService',
    credential: 'CredentialFromVault',
  },
];

function classOf({ team, offering, description, metadata = {} }: PlanFields): KubeObject {
  const name = `class-${team}-${offering}`;
  return {
    apiVersion: SERVICE_CATALOG,
    kind: 'ClusterServiceClass',
    metadata: { name, labels: { team } },
    spec: {
      clusterServiceBrokerName: `${team}-team`,
      externalName: `${team}-${offering}`,
      externalID: name,
      description,
      bindable: true,
      planUpdatable: true,
      externalMetadata: metadata,
    },
  };
}

function planOf(fields: PlanFields): KubeObject {
  const { team, offering, version, whitelist, kind, credential = 'CredentialFromCatalog' } = fields;
  const name = `plan-${team}-${offering}-${version}`;
  return {
    apiVersion: SERVICE_CATALOG,
    kind: 'ClusterServicePlan',
    metadata: { name, labels: { team } },
    spec: {
      clusterServiceBrokerName: `${team}-team`,
      clusterServiceClassRef: { name: `class-${team}-${offering}` },
      externalName: `${team}-${offering}-${version}`,
      externalID: name,
      description: fields.description,
      free: fields.free ?? true,
      bindable: true,
      ...(fields.schema === undefined ? {} : { instanceCreateParameterSchema: fields.schema }),
      ...(fields.bindingSchema === undefined
        ? {}
        : { serviceBindingCreateParameterSchema: fields.bindingSchema }),
      externalMetadata: {
        mesitis: { team, offering, version, whitelist, provisionKind: kind, credentialKind: credential },
      },
    },
    status: { removedFromBrokerCatalog: false },
  };
}

/** The classes and plans of both teams, and the broker of one. */
export function offerings(): KubeObject[] {
  const classes = new Map(PLANS.map((plan) => [`${plan.team}-${plan.offering}`, classOf(plan)]));
  const broker: KubeObject = {
    apiVersion: SERVICE_CATALOG,
    kind: 'ClusterServiceBroker',
    metadata: { name: 'api-team' },
    spec: {
      url: 'http://mesitis-broker.provider-ns.svc:8080',
      relistBehavior: 'Duration',
      relistRequests: 0,
    },
  };
  return [broker, ...classes.values(), ...PLANS.map(planOf)];
}

/** An instance in a namespace, as its consumer asks for it. */
export function instance(
  name: string,
  offering: string,
  version: string,
  namespace = 'client-ns',
): KubeObject {
  return {
    apiVersion: SERVICE_CATALOG,
    kind: 'ServiceInstance',
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      clusterServiceClassExternalName: `api-${offering}`,
      clusterServicePlanExternalName: `api-${offering}-${version}`,
      externalID: `id-of-${name}`,
      userInfo: { username: 'ann@example.com', uid: '', groups: [] },
    },
  };
}

/** A binding of an instance, with a Secret of the binding's name. */
export function binding(name: string, instanceName = name): KubeObject {
  return {
    apiVersion: SERVICE_CATALOG,
    kind: 'ServiceBinding',
    metadata: { name, namespace: 'client-ns', labels: { app: instanceName } },
    spec: { instanceRef: { name: instanceName }, secretName: name, externalID: `id-of-binding-${name}` },
  };
}

/** A Service that a team runs already, for `init --from`. */
export const DATABASE: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'postgres', namespace: 'provider-ns' },
  spec: { selector: { app: 'postgres' }, ports: [{ name: 'sql', port: 5432 }] },
};

/** What the charts leave in the cluster that a broker's registration starts from. */
export function brokerObjects(): KubeObject[] {
  const metadata = {
    name: 'mesitis-broker',
    namespace: 'provider-ns',
    labels: {
      'app.kubernetes.io/name': 'mesitis',
      'app.kubernetes.io/instance': 'mesitis',
      'app.kubernetes.io/component': 'broker',
    },
  };
  return [
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ name: 'http', port: 8080 }] } },
    { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets: [{ addresses: [{ ip: '10.0.0.7' }] }] },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { ...metadata, name: 'mesitis-broker-auth' },
      data: { username: base64('platform'), password: base64('secret') },
    },
  ];
}

/** Text as a Secret holds it. */
export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
