import type { JsonObject, KubeObject } from '@mesitis/kube';
import { SERVICE_CATALOG } from './stage.js';

/** What a cluster has that the archived Service Catalog 0.3 was installed on, as release `catalog` in namespace `catalog`. */
export const OLD_NAMESPACE = 'catalog';

/** When everything was as it should be for the last time. */
const TIME = '2021-04-01T00:00:00Z';
const FINALIZERS = ['kubernetes-incubator/service-catalog'];

const KINDS = [
  'ClusterServiceBroker',
  'ClusterServiceClass',
  'ClusterServicePlan',
  'ServiceBroker',
  'ServiceClass',
  'ServicePlan',
  'ServiceInstance',
  'ServiceBinding',
];

/** Its CRDs: of the old API version and without a schema, so that whatever its Go types serialised is stored. */
export function oldDefinitions(): KubeObject[] {
  return KINDS.map((kind) => {
    const singular = kind.toLowerCase();
    const plural = singular.endsWith('class') ? `${singular}es` : `${singular}s`;
    return {
      apiVersion: 'apiextensions.k8s.io/v1beta1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.servicecatalog.k8s.io`, labels: { svcat: 'true' } },
      spec: {
        group: 'servicecatalog.k8s.io',
        version: 'v1beta1',
        scope: kind.startsWith('Cluster') ? 'Cluster' : 'Namespaced',
        names: { kind, singular, plural, categories: ['all', 'svcat'] },
        subresources: { status: {} },
      },
    };
  });
}

/** Its webhooks, whose Service is gone. */
export function oldWebhooks(): KubeObject[] {
  const webhook = (name: string, path: string): JsonObject => ({
    name,
    admissionReviewVersions: ['v1beta1'],
    clientConfig: { service: { name: 'catalog-catalog-webhook', namespace: OLD_NAMESPACE, path } },
    rules: [
      {
        apiGroups: ['servicecatalog.k8s.io'],
        apiVersions: ['v1beta1'],
        operations: ['CREATE', 'UPDATE'],
        resources: ['serviceinstances'],
      },
    ],
    failurePolicy: 'Fail',
    sideEffects: 'None',
  });
  const apiVersion = 'admissionregistration.k8s.io/v1';
  return [
    {
      apiVersion,
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'catalog-catalog-webhook' },
      webhooks: [webhook('mutating.serviceinstances.servicecatalog.k8s.io', '/mutating-serviceinstances')],
    },
    {
      apiVersion,
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'catalog-catalog-validating-webhook' },
      webhooks: [
        webhook('validating.serviceinstances.servicecatalog.k8s.io', '/validating-serviceinstances'),
      ],
    },
  ];
}

function ready(reason: string): JsonObject {
  return { type: 'Ready', status: 'True', reason, message: 'as it was', lastTransitionTime: TIME };
}

/**
 * A broker with service `db`, a bound instance of its plan `small` and the Secret, as Service Catalog serialised them, zero
 * values and nulls included; the labels by which it found classes and plans are missing. In an order in which they can
 * be created.
 */
export function oldObjects(namespace: string, brokerUrl: string): KubeObject[] {
  const apiVersion = SERVICE_CATALOG;
  return [
    {
      apiVersion,
      kind: 'ClusterServiceBroker',
      metadata: { name: 'granting', finalizers: FINALIZERS },
      spec: { url: brokerUrl, relistBehavior: 'Duration', relistRequests: 0, caBundle: null },
      status: {
        conditions: [ready('FetchedCatalog')],
        reconciledGeneration: 1,
        lastCatalogRetrievalTime: TIME,
        lastConditionState: 'Ready',
      },
    },
    {
      apiVersion,
      kind: 'ClusterServiceClass',
      metadata: { name: 'db' },
      spec: {
        clusterServiceBrokerName: 'granting',
        externalName: 'db',
        externalID: 'db',
        description: 'A db',
        bindable: true,
        bindingRetrievable: false,
        planUpdatable: true,
        externalMetadata: null,
      },
      status: { removedFromBrokerCatalog: false },
    },
    {
      apiVersion,
      kind: 'ClusterServicePlan',
      metadata: { name: 'db-small' },
      spec: {
        clusterServiceBrokerName: 'granting',
        clusterServiceClassRef: { name: 'db' },
        externalName: 'small',
        externalID: 'db-small',
        description: 'small',
        free: false,
        bindable: null,
      },
      status: { removedFromBrokerCatalog: false },
    },
    {
      apiVersion,
      kind: 'ServiceInstance',
      metadata: { name: 'old', namespace, finalizers: FINALIZERS },
      spec: {
        clusterServiceClassExternalName: 'db',
        clusterServicePlanExternalName: 'small',
        clusterServiceClassRef: { name: 'db' },
        clusterServicePlanRef: { name: 'db-small' },
        parameters: null,
        parametersFrom: null,
        externalID: 'old-instance',
        userInfo: null,
        updateRequests: 0,
      },
      status: {
        conditions: [ready('ProvisionedSuccessfully')],
        asyncOpInProgress: false,
        orphanMitigationInProgress: false,
        inProgressProperties: null,
        externalProperties: {
          clusterServicePlanExternalName: 'small',
          clusterServicePlanExternalID: 'db-small',
          parameters: null,
        },
        reconciledGeneration: 1,
        observedGeneration: 1,
        provisionStatus: 'Provisioned',
        deprovisionStatus: 'Required',
        defaultProvisionParameters: null,
        lastConditionState: 'Ready',
        userSpecifiedClassName: 'ClusterServiceClass/db',
        userSpecifiedPlanName: 'small',
      },
    },
    {
      apiVersion,
      kind: 'ServiceBinding',
      metadata: { name: 'old', namespace, finalizers: FINALIZERS },
      spec: {
        instanceRef: { name: 'old' },
        parametersFrom: null,
        secretName: 'old',
        secretTransforms: null,
        externalID: 'old-binding',
        userInfo: null,
      },
      status: {
        conditions: [ready('InjectedBindResult')],
        asyncOpInProgress: false,
        inProgressProperties: null,
        externalProperties: {},
        reconciledGeneration: 1,
        orphanMitigationInProgress: false,
        unbindStatus: 'Required',
        lastConditionState: 'Ready',
      },
    },
  ];
}

/** The Secret that Service Catalog wrote for the binding. */
export function oldSecret({ metadata: { name = '', namespace = '', uid = '' } }: KubeObject): KubeObject {
  const owner = { apiVersion: SERVICE_CATALOG, kind: 'ServiceBinding', name, uid };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace,
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    data: { username: Buffer.from('old').toString('base64') },
  };
}
