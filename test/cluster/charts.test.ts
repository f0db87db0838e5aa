import { beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { join } from 'node:path';
import { pick, renderChart } from './chart.js';
import { serverSpecOf } from './deployment.js';
import { runTool } from './exec.js';
import { repositoryRoot } from './folders.js';
import { findTools } from './tools.js';

const NOT_KUBE_SYSTEM = {
  matchExpressions: [
    {
      key: 'kubernetes.io/metadata.name',
      operator: 'NotIn',
      values: ['kube-system', 'kube-public', 'kube-node-lease'],
    },
  ],
};

/** Everything that a release may do, one line per object: "Role provider-ns/x: get,list configmaps secrets". */
function rights(objects: readonly KubeObject[]): string[] {
  return objects
    .filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole')
    .flatMap(({ kind, metadata, rules }) =>
      (rules as Record<string, string[]>[]).map((rule) => {
        const where = metadata.namespace === undefined ? '' : `${metadata.namespace}/`;
        const names = rule['resourceNames'] === undefined ? '' : ` named ${rule['resourceNames'].join(' ')}`;
        const what = (rule['resources'] ?? []).join(' ');
        return `${kind} ${where}${metadata.name ?? ''}: ${(rule['verbs'] ?? []).join(',')} ${what}${names}`;
      }),
    );
}

/** All subjects of all bindings, as "namespace/name" of ServiceAccounts and as names otherwise. */
function subjects(objects: readonly KubeObject[]): string[] {
  return objects
    .flatMap((object) => (object['subjects'] ?? []) as Record<string, string>[])
    .map(({ kind, name, namespace }) =>
      kind === 'ServiceAccount' ? `${namespace ?? ''}/${name ?? ''}` : (name ?? ''),
    );
}

async function helm(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const tools = await findTools();
  return runTool(tools.helm, args, { cwd: join(repositoryRoot(), 'manifests') });
}

describe.each(['mesitis-platform', 'mesitis'] as const)('chart %s', (chart) => {
  let objects: KubeObject[];
  beforeAll(async () => {
    objects = await renderChart({ chart, name: 'release', namespace: 'ns' });
  });

  test('passes helm lint', async () => {
    const { code, stdout, stderr } = await helm('lint', '--strict', chart);
    expect({ code, output: stdout + stderr }).toMatchObject({ code: 0 });
  });

  test('runs its servers without privileges', () => {
    for (const deployment of objects.filter(({ kind }) => kind === 'Deployment')) {
      expect(deployment).toMatchObject({
        spec: {
          template: {
            spec: {
              securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
              containers: [
                {
                  securityContext: {
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ['ALL'] },
                  },
                },
              ],
            },
          },
        },
      });
    }
  });

  test('names the protocol of every port, which server-side apply on Kubernetes 1.20 needs', () => {
    const text = JSON.stringify(objects.filter(({ kind }) => kind === 'Deployment' || kind === 'Service'));
    const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
    expect(count(/"protocol":"TCP"/g)).toBe(count(/"(containerPort|targetPort)":/g));
  });

  test.each([
    ['1.20.0', 'policy/v1beta1'],
    ['1.36.0', 'policy/v1'],
  ])('uses no API that Kubernetes %s lacks', async (kubeVersion, policy) => {
    const rendered = await renderChart({ chart, name: 'release', namespace: 'ns', kubeVersion });
    const allowed = [
      'v1',
      'apps/v1',
      'rbac.authorization.k8s.io/v1',
      'admissionregistration.k8s.io/v1',
      'apiextensions.k8s.io/v1',
      policy,
    ];
    expect(
      rendered.map(({ apiVersion }) => apiVersion).filter((version) => !allowed.includes(version)),
    ).toEqual([]);
  });

  test.each(['replica=1', 'image.tags=x', 'replicas=200', 'catalog.replicas=-1', 'webhook.url=http://x'])(
    'refuses values that it does not know or can not honour: %s',
    async (value) => {
      expect((await helm('template', chart, '--set', value)).code).not.toBe(0);
    },
  );
});

describe('mesitis-platform', () => {
  let objects: KubeObject[];
  beforeAll(async () => {
    objects = await renderChart({ chart: 'mesitis-platform', name: 'mesitis', namespace: 'mesitis-system' });
  });

  test('gives these rights and no others', () => {
    expect(rights(objects).toSorted()).toMatchInlineSnapshot(`
      [
        "ClusterRole mesitis-catalog-reader: get,list,watch clusterserviceclasses clusterserviceplans",
        "ClusterRole mesitis-catalog: create events",
        "ClusterRole mesitis-catalog: delete servicebindings",
        "ClusterRole mesitis-catalog: get namespaces",
        "ClusterRole mesitis-catalog: get,list,watch,create,update,delete clusterserviceclasses serviceclasses clusterserviceplans serviceplans",
        "ClusterRole mesitis-catalog: get,list,watch,create,update,delete secrets",
        "ClusterRole mesitis-catalog: get,list,watch,update clusterservicebrokers servicebrokers serviceinstances servicebindings",
        "ClusterRole mesitis-catalog: update clusterservicebrokers/status servicebrokers/status clusterserviceclasses/status serviceclasses/status clusterserviceplans/status serviceplans/status serviceinstances/status servicebindings/status",
        "ClusterRole mesitis-catalog: update servicebindings/finalizers",
        "ClusterRole mesitis-consumer-edit: create,update,patch,delete,deletecollection serviceinstances servicebindings",
        "ClusterRole mesitis-consumer-view: get,list,watch clusterservicebrokers clusterserviceclasses clusterserviceplans",
        "ClusterRole mesitis-consumer-view: get,list,watch servicebrokers serviceclasses serviceplans serviceinstances servicebindings",
        "ClusterRole mesitis-servicebinding: get,list,watch servicebindings",
        "ClusterRole mesitis-webhook: create subjectaccessreviews",
        "ClusterRole mesitis-webhook: get clusterservicebrokers servicebrokers",
        "ClusterRole mesitis-webhook: get namespaces",
        "ClusterRole mesitis-webhook: get,list clusterserviceclasses serviceclasses serviceinstances",
        "ClusterRole mesitis-webhook: get,list,watch,patch validatingwebhookconfigurations mutatingwebhookconfigurations named mesitis-webhook",
        "ClusterRole mesitis-webhook: list clusterserviceplans serviceplans",
        "ClusterRole mesitis-webhook: list,watch configmaps",
        "Role mesitis-system/mesitis-catalog: create configmaps",
        "Role mesitis-system/mesitis-catalog: create leases",
        "Role mesitis-system/mesitis-catalog: get,patch configmaps named cluster-info",
        "Role mesitis-system/mesitis-catalog: get,update leases named mesitis-catalog",
        "Role mesitis-system/mesitis-webhook: create secrets",
        "Role mesitis-system/mesitis-webhook: get,list,watch,update secrets named mesitis-webhook-tls",
      ]
    `);
    expect(subjects(objects).toSorted()).toMatchInlineSnapshot(`
      [
        "mesitis-system/mesitis-catalog",
        "mesitis-system/mesitis-catalog",
        "mesitis-system/mesitis-webhook",
        "mesitis-system/mesitis-webhook",
        "system:authenticated",
      ]
    `);
  });

  test('keeps the CRDs when it is uninstalled', () => {
    const kinds = objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(kinds).toHaveLength(8);
    for (const { metadata } of kinds) {
      expect(metadata.annotations).toMatchObject({ 'helm.sh/resource-policy': 'keep' });
    }
  });

  test('registers the webhook for labelled ConfigMaps alone, and leaves its CA to the webhook', () => {
    const { webhooks } = pick(objects, 'ValidatingWebhookConfiguration', 'mesitis-webhook');
    expect((webhooks as object[]).slice(0, 2)).toEqual([
      {
        name: 'configmaps.webhook.mesitis',
        admissionReviewVersions: ['v1'],
        clientConfig: {
          service: { name: 'mesitis-webhook', namespace: 'mesitis-system', path: '/validate', port: 443 },
        },
        rules: [
          {
            apiGroups: [''],
            apiVersions: ['v1'],
            operations: ['CREATE', 'UPDATE'],
            resources: ['configmaps'],
            scope: 'Namespaced',
          },
        ],
        objectSelector: { matchExpressions: [{ key: 'mesitis/kind', operator: 'Exists' }] },
        namespaceSelector: NOT_KUBE_SYSTEM,
        matchPolicy: 'Equivalent',
        failurePolicy: 'Fail',
        sideEffects: 'None',
        timeoutSeconds: 5,
      },
      {
        name: 'deletions.webhook.mesitis',
        admissionReviewVersions: ['v1'],
        clientConfig: {
          service: { name: 'mesitis-webhook', namespace: 'mesitis-system', path: '/validate', port: 443 },
        },
        rules: [
          {
            apiGroups: [''],
            apiVersions: ['v1'],
            operations: ['DELETE'],
            resources: ['configmaps'],
            scope: 'Namespaced',
          },
        ],
        objectSelector: { matchExpressions: [{ key: 'mesitis/kind', operator: 'Exists' }] },
        namespaceSelector: NOT_KUBE_SYSTEM,
        matchPolicy: 'Equivalent',
        failurePolicy: 'Ignore',
        sideEffects: 'None',
        timeoutSeconds: 5,
      },
    ]);
  });

  describe('registers the webhook for brokers, instances and bindings', () => {
    test('all of them outside of the namespaces of the cluster itself', () => {
      const all = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].flatMap(
        (kind) => pick(objects, kind)['webhooks'] as object[],
      );
      expect(all).toHaveLength(6);
      for (const webhook of all) expect(webhook).toMatchObject({ namespaceSelector: NOT_KUBE_SYSTEM });
    });

    interface Registered {
      name: string;
      failurePolicy: string;
      clientConfig: { service: { path: string } };
      rules: { operations: string[]; resources: string[] }[];
      matchConditions?: { expression: string }[];
    }
    const registered = async (kubeVersion: string): Promise<string[]> => {
      const rendered = await renderChart({
        chart: 'mesitis-platform',
        name: 'm',
        namespace: 'ns',
        kubeVersion,
      });
      return ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].flatMap((kind) =>
        (pick(rendered, kind, 'm-webhook')['webhooks'] as Registered[])
          .filter(({ clientConfig }) => clientConfig.service.path !== '/validate')
          .map(({ name, failurePolicy, clientConfig, rules: [rule], matchConditions = [] }) =>
            [
              name.split('.')[0],
              failurePolicy,
              `${rule?.operations.join('+')} ${rule?.resources.join('+')}`,
              clientConfig.service.path,
              ...matchConditions.map(({ expression }) => expression),
            ].join(' '),
          ),
      );
    };
    const notTheCatalog = 'request.userInfo.username != "system:serviceaccount:ns:m-catalog"';

    test('so that who asks is known, and the catalog itself is not kept waiting', async () => {
      expect(await registered('1.30.0')).toEqual([
        `servicebrokers Fail CREATE+UPDATE clusterservicebrokers+servicebrokers /validate-servicecatalog ${notTheCatalog}`,
        `serviceinstances Ignore CREATE+UPDATE serviceinstances+servicebindings /validate-servicecatalog ${notTheCatalog}`,
        'create Fail CREATE serviceinstances+servicebindings /mutate-servicecatalog',
        `update Fail UPDATE serviceinstances+servicebindings /mutate-servicecatalog ${notTheCatalog}`,
      ]);
    });

    test('and where an API server can not tell the catalog apart, so that updates do not wait for the webhook', async () => {
      expect(await registered('1.29.0')).toEqual([
        'servicebrokers Fail CREATE+UPDATE clusterservicebrokers+servicebrokers /validate-servicecatalog',
        'serviceinstances Ignore CREATE+UPDATE serviceinstances+servicebindings /validate-servicecatalog',
        'create Fail CREATE serviceinstances+servicebindings /mutate-servicecatalog',
        'update Ignore UPDATE serviceinstances+servicebindings /mutate-servicecatalog',
      ]);
    });
  });

  test('registers a URL instead of the Service when it is told one', async () => {
    const url = 'https://127.0.0.1:20005/validate';
    const values = { webhook: { url, extraHosts: ['127.0.0.1', 'localhost'] } };
    const rendered = await renderChart({ chart: 'mesitis-platform', name: 'm', namespace: 'ns', values });
    const catalog = { clientConfig: { url: 'https://127.0.0.1:20005/validate-servicecatalog' } };
    expect(pick(rendered, 'ValidatingWebhookConfiguration')['webhooks']).toMatchObject([
      { clientConfig: { url } },
      { clientConfig: { url } },
      catalog,
      catalog,
    ]);
    expect(serverSpecOf(pick(rendered, 'Deployment', 'm-webhook')).variables['TLS_EXTRA_HOSTS']).toEqual({
      kind: 'value',
      value: '127.0.0.1,localhost',
    });
  });

  test('gives the catalog more environment variables when it is told some', async () => {
    const extraEnv = [{ name: 'HTTPS_PROXY', value: 'http://proxy.example.com:3128' }];
    const values = { catalog: { extraEnv } };
    const rendered = await renderChart({ chart: 'mesitis-platform', name: 'm', namespace: 'ns', values });
    expect(serverSpecOf(pick(rendered, 'Deployment', 'm-catalog')).variables).toMatchObject({
      HTTPS_PROXY: { kind: 'value', value: 'http://proxy.example.com:3128' },
      NAMESPACE: expect.anything(),
    });
  });

  test('takes a certificate from cert-manager when it is told an issuer, for the names that the webhook serves', async () => {
    const certManagerIssuer = { name: 'my-ca', kind: 'ClusterIssuer' };
    const values = { webhook: { certManagerIssuer } };
    const rendered = await renderChart({ chart: 'mesitis-platform', name: 'm', namespace: 'ns', values });
    const { template } = pick(rendered, 'Deployment', 'm-webhook')['spec'] as { template: object };
    expect(pick(rendered, 'Certificate')['spec']).toMatchObject({
      secretName: 'm-webhook-tls',
      dnsNames: ['m-webhook.ns.svc', 'm-webhook.ns.svc.cluster.local'],
      issuerRef: certManagerIssuer,
    });
    expect(JSON.stringify(template)).toContain('"m-webhook-tls"');
    expect(pick(rendered, 'ValidatingWebhookConfiguration').metadata.annotations).toEqual({
      'cert-manager.io/inject-ca-from': 'ns/m-webhook',
    });
    expect(objects.map(({ kind }) => kind)).not.toContain('Certificate');
  });

  describe.each(['catalog', 'webhook'])('%s', (component) => {
    const rendered = (settings: object): Promise<KubeObject[]> =>
      renderChart({
        chart: 'mesitis-platform',
        name: 'm',
        namespace: 'ns',
        values: { [component]: settings },
      });

    test('tells Prometheus where its metrics are, unless told otherwise', async () => {
      const annotationsWith = async (settings: object): Promise<unknown> => {
        const all = await rendered({ podAnnotations: { mine: 'kept' }, ...settings });
        const { template } = pick(all, 'Deployment', `m-${component}`)['spec'] as { template: KubeObject };
        return template.metadata.annotations;
      };
      expect(await annotationsWith({})).toEqual({
        'prometheus.io/scrape': 'true',
        'prometheus.io/port': '8081',
        'prometheus.io/path': '/metrics',
        mine: 'kept',
      });
      expect(await annotationsWith({ prometheusScrape: false })).toEqual({ mine: 'kept' });
    });

    test('runs twice, on two nodes, and lets one at a time be taken away', () => {
      const { replicas, selector, template } = pick(objects, 'Deployment', `mesitis-${component}`)[
        'spec'
      ] as {
        replicas: number;
        selector: { matchLabels: object };
        template: { spec: object };
      };
      expect(replicas).toBe(2);
      const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: selector };
      expect(template.spec).toMatchObject({
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }],
          },
        },
      });
      const budget = pick(objects, 'PodDisruptionBudget', `mesitis-${component}`);
      expect(budget['spec']).toEqual({ maxUnavailable: 1, selector });
    });

    test('holds no node back when it is alone, and takes other affinities', async () => {
      const affinity = { nodeAffinity: { x: 'y' } };
      const all = await rendered({ replicas: 1, affinity });
      const budgets = all.filter(({ kind }) => kind === 'PodDisruptionBudget');
      expect(budgets.map(({ metadata }) => metadata.name)).not.toContain(`m-${component}`);
      const { template } = pick(all, 'Deployment', `m-${component}`)['spec'] as {
        template: { spec: object };
      };
      expect(template.spec).toMatchObject({ affinity });
    });
  });

  test('binds nobody to the catalog when there are no readers', async () => {
    const values = { consumers: { catalogReaders: [] } };
    const rendered = await renderChart({ chart: 'mesitis-platform', name: 'm', namespace: 'ns', values });
    expect(rendered.some(({ metadata }) => metadata.name === 'm-catalog-reader')).toBe(true);
    expect(subjects(rendered)).not.toContain('system:authenticated');
  });
});

describe('mesitis', () => {
  const render = (values: object, namespace = 'provider-ns'): Promise<KubeObject[]> =>
    renderChart({ chart: 'mesitis', name: 'mesitis', namespace, values });

  test('gives these rights and no others', async () => {
    const objects = await render({ provisionNamespaces: ['api-ns'], existingServiceNamespaces: ['shared'] });
    expect(rights(objects)).toMatchInlineSnapshot(`
      [
        "Role provider-ns/mesitis-broker: list,watch configmaps",
        "Role provider-ns/mesitis-broker: get,list,create,update,delete secrets",
        "Role api-ns/provider-ns.mesitis-broker-provision: get,list,watch,create,update,patch,delete services pods configmaps secrets",
        "Role api-ns/provider-ns.mesitis-broker-provision: get,list,watch,create,update,patch,delete deployments replicasets",
        "Role api-ns/provider-ns.mesitis-broker-provision: get,list,watch endpoints",
        "Role api-ns/provider-ns.mesitis-broker-provision: create,patch events",
        "Role shared/provider-ns.mesitis-broker-read-services: get services",
      ]
    `);
    expect(new Set(subjects(objects))).toEqual(new Set(['provider-ns/mesitis-broker']));
    expect(objects.some(({ kind }) => kind.startsWith('ClusterRole'))).toBe(false);
  });

  test('lets two teams with the same release name provision in one namespace', async () => {
    const values = { provisionNamespaces: ['shared'], existingServiceNamespaces: ['shared'] };
    const [one, other] = await Promise.all([render(values, 'team-a'), render(values, 'team-b')]);
    const shared = [...one, ...other]
      .filter(({ metadata }) => metadata.namespace === 'shared')
      .map(({ kind, metadata }) => `${kind} ${metadata.name ?? ''}`);
    expect(new Set(shared).size).toBe(8);
  });

  test('uses a Secret of the user and makes none', async () => {
    const objects = await render({ auth: { existingSecret: 'mine' } });
    expect(objects.some(({ kind }) => kind === 'Secret')).toBe(false);
    const { mounts, variables } = serverSpecOf(pick(objects, 'Deployment'));
    expect(mounts).toContainEqual({ path: '/etc/mesitis/auth', secretName: 'mine' });
    expect(variables['BROKER_CREDENTIALS_DIR']).toEqual({ kind: 'value', value: '/etc/mesitis/auth' });
  });

  test('gives redis its URL, its key and its CA from one Secret', async () => {
    const redis = { existingSecret: 'redis', hasUrl: true, hasEncryptionKey: true, hasCa: true };
    const objects = await render({ store: { kind: 'redis', redis } });
    const { variables, mounts } = serverSpecOf(pick(objects, 'Deployment'));
    expect(variables).toMatchObject({
      STORE: { kind: 'value', value: 'redis' },
      REDIS_URL: { kind: 'secret', name: 'redis', key: 'url' },
      STORE_ENCRYPTION_KEY: { kind: 'secret', name: 'redis', key: 'encryption-key' },
      REDIS_CA_FILE: { kind: 'value', value: '/etc/mesitis/redis/ca.crt' },
    });
    expect(mounts).toContainEqual({ path: '/etc/mesitis/redis', secretName: 'redis' });
    // Records in redis are no Secrets, so there is nothing to write in the release's namespace.
    expect(rights(objects)).toContain('Role provider-ns/mesitis-broker: get secrets');
  });

  test('refuses several replicas over a store that each would have of its own', async () => {
    await expect(render({ store: { kind: 'memory' }, replicas: 2 })).rejects.toThrow(/replicas: must be 1/);
    expect((await render({ store: { kind: 'memory' }, replicas: 1 })).length).toBeGreaterThan(0);
  });

  test('speaks TLS when it is given a certificate', async () => {
    const { variables, mounts } = serverSpecOf(
      pick(await render({ tls: { existingSecret: 'certificate' } }), 'Deployment'),
    );
    expect(variables['TLS_CERT_FILE']).toEqual({ kind: 'value', value: '/etc/mesitis/tls/tls.crt' });
    expect(mounts).toContainEqual({ path: '/etc/mesitis/tls', secretName: 'certificate' });
  });

  test('gives the rights for further kinds where it provisions, and nowhere else', async () => {
    const additionalResources = [{ apiGroups: ['batch'], resources: ['jobs'] }];
    const objects = await render({ provisionNamespaces: ['api-ns'], additionalResources });
    expect(rights(objects).filter((right) => right.includes('jobs'))).toEqual([
      'Role api-ns/provider-ns.mesitis-broker-provision: get,list,watch,create,update,patch,delete jobs',
    ]);
  });

  test('makes a password of 32 characters, another one each time', async () => {
    const passwords = await Promise.all(
      [1, 2].map(async () => {
        const { data } = pick(await render({}), 'Secret', 'mesitis-broker-auth');
        return Buffer.from((data as Record<string, string>)['password'] ?? '', 'base64').toString();
      }),
    );
    expect(new Set(passwords).size).toBe(2);
    for (const password of passwords) expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
  });
});
