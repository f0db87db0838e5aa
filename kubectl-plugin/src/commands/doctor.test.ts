import { describe, expect, test } from '@jest/globals';
import { KubeError, type JsonObject, type KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import {
  base64,
  CERTIFICATE,
  broker,
  deployment,
  endpoints,
  registration,
  service,
  withReviews,
} from '../testing/cluster-state.js';
import { clusterOffering, instance, ready } from '../testing/objects.js';
import { runPlugin, type RunResult } from '../testing/run-plugin.js';
import { VERSION } from '../version.js';

const WEBHOOK = ['mesitis-webhook', 'mesitis-system'] as const;
const BROKER = ['mesitis', 'provider-ns'] as const;
const READY = ready('True', 'FetchedCatalog', 'Successfully fetched catalog entries from broker.');

/** A sound cluster, with what is given in place of its objects of the same name or besides them. */
function cluster(...others: KubeObject[]): MemoryKube {
  const kube = new MemoryKube();
  const sound = [
    registration(),
    service(...WEBHOOK),
    endpoints(...WEBHOOK, ['10.0.0.1']),
    broker('api-team', [READY], {}, { url: 'http://mesitis.provider-ns.svc:8080' }),
    service(...BROKER),
    endpoints(...BROKER, ['10.0.0.2']),
    deployment('mesitis-webhook', VERSION),
  ];
  const replaced = (object: KubeObject): boolean =>
    others.some(({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name);
  kube.seed(...sound.filter((object) => !replaced(object)), ...others);
  return kube;
}

const doctor = (kube: MemoryKube, ...argv: string[]): Promise<RunResult> =>
  runPlugin(
    ['doctor', ...argv],
    withReviews(kube, () => true),
  );

test('tells of a sound cluster line by line, and ends with 0', async () => {
  const { out, err, exitCode } = await doctor(cluster());
  expect(out.split('\n')).toEqual([
    'ok       api        all 8 kinds of servicecatalog.k8s.io/v1beta1 are served',
    'ok       webhook    mesitis-webhook is registered, its CA is valid until 2026-12-01',
    'ok       brokers    ClusterServiceBroker api-team was ready when its catalog was fetched 60s ago, and a Pod is ready behind its Service provider-ns/mesitis',
    'ok       rights     in namespace client-ns you may catalog, provision, bind, secret, unbind, deprovision',
    `ok       versions   kubectl mesitis and 1 Deployment are of version ${VERSION}`,
    'ok       leftovers  nothing of the old Service Catalog is left',
    '',
  ]);
  expect([err, exitCode]).toEqual(['', 0]);
});

const webhookOf = (name: string, kind: string, namespace: string): KubeObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  metadata: { name },
  webhooks: [
    {
      name: 'x.servicecatalog.k8s.io',
      clientConfig: { service: { name: 'catalog-webhook', namespace } },
      rules: [{ apiGroups: ['servicecatalog.k8s.io'], resources: ['*'] }],
    },
  ],
});

describe('a problem, with its remedy and exit code 1', () => {
  const secretRef = { basic: { secretRef: { namespace: 'provider-ns', name: 'auth' } } };
  test.each<[string, KubeObject[], RegExp]>([
    [
      'no caBundle',
      [registration({}, '')],
      /no caBundle, so every write of an offering is refused\n.*→ restart/,
    ],
    ['a caBundle without a certificate', [registration({}, base64('hello'))], /of no use: there is no PEM/],
    [
      'a caBundle with a broken certificate',
      [registration({}, base64('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'))],
      /of no use: a certificate in it cannot be read/,
    ],
    [
      'a webhook without a Pod',
      [endpoints(...WEBHOOK, [])],
      /no Pod of the webhook is ready behind Service mesitis-system/,
    ],
    [
      'a broker that is not reached',
      [broker('api-team', [ready('False', 'ErrorFetchingCatalog', 'Error fetching catalog. No such host.')])],
      /api-team is not ready: ErrorFetchingCatalog: Error fetching catalog. No such host\n.*→ check the broker's url/,
    ],
    [
      'a broker without its Secret',
      [broker('api-team', [ready('False', 'ErrorFetchingCatalog')], secretRef)],
      /there is no Secret provider-ns\/auth\n.*→ create it/,
    ],
    [
      'a broker that nobody looks at',
      [broker('api-team', [])],
      /was not looked at yet\n.*→ .*catalog controller/,
    ],
    [
      'a broker that is down since its catalog was fetched',
      [endpoints(...BROKER, [])],
      /api-team was ready when its catalog was fetched 60s ago, but no Pod is ready behind its Service provider-ns\/mesitis\n.*→ see kubectl get pods -n provider-ns/,
    ],
    [
      'a broker whose Service is gone since its catalog was fetched',
      [broker('api-team', [READY], {}, { url: 'http://gone.provider-ns.svc.cluster.local' })],
      /was ready .* ago, but there is no Service provider-ns\/gone, which its url names\n.*→ install its chart/,
    ],
    [
      'an aggregated API',
      [
        {
          apiVersion: 'apiregistration.k8s.io/v1',
          kind: 'APIService',
          metadata: { name: 'v1beta1.servicecatalog.k8s.io' },
          spec: { group: 'servicecatalog.k8s.io', service: { name: 'catalog', namespace: 'catalog' } },
        },
      ],
      /→ kubectl delete apiservice v1beta1.servicecatalog.k8s.io\n/,
    ],
    [
      'a webhook of a Service that is gone',
      [webhookOf('catalog-catalog-webhook', 'MutatingWebhookConfiguration', 'gone')],
      /gone\/catalog-webhook, which does not exist, .*\n.*→ kubectl delete mutatingwebhookconfiguration catalog-catalog-webhook\n/,
    ],
  ])('%s', async (_, objects, expected) => {
    const { out, err, exitCode } = await doctor(cluster(...objects));
    expect(out).toMatch(expected);
    expect([err, exitCode]).toEqual(['error: 1 problem\n', 1]);
  });

  test('no registration at all', async () => {
    const { out, exitCode } = await doctor(cluster(registration({ name: 'other' })));
    expect(out).toMatch(/problem {2}webhook {4}no ValidatingWebhookConfiguration registers/);
    expect(exitCode).toBe(1);
  });

  test('a webhook whose Service is gone', async () => {
    const { out } = await doctor(
      cluster(registration({ clientConfig: { service: { name: 'x', namespace: 'y' } } })),
    );
    expect(out).toContain('the Service y/x of the webhook does not exist');
  });

  test('no API, without a word about brokers and rights', async () => {
    const { out, exitCode } = await runPlugin(['doctor'], new MemoryKube({ strict: true }));
    expect(out).toMatch(/^problem {2}api +no kind of servicecatalog.k8s.io\/v1beta1 is served\n/);
    expect(out).not.toMatch(/brokers|rights/);
    expect(exitCode).toBe(1);
  });

  test('rights that are lacking, by command', async () => {
    const kube = withReviews(
      cluster(),
      ({ verb, resource }) => verb === 'list' && resource.startsWith('service'),
    );
    const { out, err } = await runPlugin(['doctor', '-n', 'mine'], kube);
    expect(out).toContain(
      'in namespace mine you may not catalog: that needs list clusterserviceclasses in the cluster, list clusterserviceplans in the cluster\n',
    );
    expect(out).toMatch(
      /you may not secret: that needs get servicebindings, get secrets\n.*→ ask for a RoleBinding/,
    );
    expect(err).toBe('error: 6 problems\n');
  });
});

describe('a warning, and exit code 0', () => {
  test.each<[string, KubeObject[], RegExp]>([
    [
      'a webhook that may be passed by',
      [registration({ failurePolicy: 'Ignore' })],
      /has failurePolicy Ignore/,
    ],
    [
      'a broker whose catalog was to be fetched long ago',
      [broker('api-team', [READY], {}, { relistDuration: '20s' })],
      /fetched 60s ago, but is to be fetched every 20s\n.*→ see whether the catalog controller runs/,
    ],
    [
      'another version',
      [deployment('mesitis-webhook', '0.0.9')],
      /mesitis-system\/mesitis-webhook is of version 0.0.9/,
    ],
    [
      'the old Service Catalog beside Mesitis',
      [
        webhookOf('catalog-catalog-webhook', 'ValidatingWebhookConfiguration', 'old'),
        service('catalog-webhook', 'old'),
      ],
      /seems to run beside Mesitis/,
    ],
  ])('%s', async (_, objects, expected) => {
    const { out, exitCode } = await doctor(cluster(...objects));
    expect(out).toMatch(/^warning/m);
    expect(out).toMatch(expected);
    expect(exitCode).toBe(0);
  });

  test('no broker and no Deployment', async () => {
    const kube = new MemoryKube();
    kube.seed(registration({ clientConfig: { url: 'https://x', caBundle: base64('') } }));
    const { out } = await doctor(kube);
    expect(out).toContain('no broker is registered, so the catalog is empty');
    expect(out).toContain('no Deployment of the charts is in the cluster');
  });
});

describe('of a broker that was ready and may be down by now, says how to have it asked', () => {
  const asked = (next: number): string =>
    `was ready when its catalog was fetched 60s ago; who listens there now can't be seen\n                    → have it asked now: kubectl patch clusterservicebroker api-team --type=merge -p '{"spec":{"relistRequests":${next}}}', then look again\n`;

  test.each([
    ['outside the cluster', { url: 'https://broker.example.com' }, 1],
    ['behind a name that may be of the cluster, and is not', { url: 'https://example.com' }, 1],
    ['that was asked before', { url: 'https://broker.example.com', relistRequests: 4 }, 5],
    ['that is asked by hand only', { relistBehavior: 'Manual', relistDuration: '20s' }, 1],
  ])('%s', async (_, spec, next) => {
    const { out, exitCode } = await doctor(cluster(broker('api-team', [READY], {}, spec)));
    expect(out).toContain(asked(next));
    expect(exitCode).toBe(0);
  });

  test.each([
    ['get', 'Service'],
    ['list', 'Endpoints'],
  ])('where nobody may %s %s', async (verb, kind) => {
    const kube = cluster(
      // The webhook's, which is looked at too, is elsewhere.
      registration({ clientConfig: { url: 'https://webhook.example.com', caBundle: base64(CERTIFICATE) } }),
    );
    kube.failNext((call) => call.verb === verb && call.kind === kind, new KubeError('forbidden', 'no'));
    expect((await doctor(kube)).out).toContain(asked(1));
  });
});

describe('of a broker that left an instance without an answer', () => {
  const unanswered = (
    since: string,
    { reason = 'ErrorCallingProvision', plan = 'plan-api-team-queue-1' } = {},
  ): KubeObject => {
    const message =
      'The provision call failed and will be retried: Error communicating with broker for provisioning: connect ECONNREFUSED';
    const object = instance('mine', [{ ...ready('False', reason, message), lastTransitionTime: since }]);
    const spec = { ...(object['spec'] as JsonObject), clusterServicePlanRef: { name: plan } };
    return { ...object, spec };
  };
  const offering = clusterOffering({ team: 'api-team', offering: 'queue' });
  const brokers = async (kube: MemoryKube): Promise<string> =>
    /^\w+ +brokers .*(\n +.*)*/m.exec((await doctor(kube)).out)?.[0] ?? '';

  test('since its catalog was fetched, says so', async () => {
    const kube = cluster(...offering, unanswered('2026-01-01T00:01:30Z'));
    expect(await brokers(kube)).toMatch(
      /^problem .*ClusterServiceBroker api-team was ready when its catalog was fetched 60s ago, but left instance client-ns\/mine without an answer 30s ago: connect ECONNREFUSED\n +→ see whether it runs/,
    );
  });

  test('says so to those who see their own namespace alone', async () => {
    const kube = cluster(...offering, unanswered('2026-01-01T00:01:30Z'));
    kube.failNext(
      (call) => call.verb === 'list' && call.kind === 'ServiceInstance',
      new KubeError('forbidden', 'no'),
    );
    expect(await brokers(kube)).toContain('but left instance client-ns/mine without an answer');
  });

  test.each([
    ['before that', [...offering, unanswered('2026-01-01T00:00:30Z')]],
    [
      'and that refused one',
      [...offering, unanswered('2026-01-01T00:01:30Z', { reason: 'ProvisionCallFailed' })],
    ],
    [
      'of another broker',
      [
        ...clusterOffering({ team: 'other', offering: 'queue' }),
        unanswered('2026-01-01T00:01:30Z', { plan: 'plan-other-queue-1' }),
      ],
    ],
  ])('%s, is well', async (_, objects) => {
    expect(await brokers(cluster(...objects))).toMatch(/^ok /);
  });
});

test('does not take the webhooks of Mesitis for leftovers, whatever has become of their Service', async () => {
  const ours = webhookOf('catalog-webhook', 'MutatingWebhookConfiguration', 'gone') as KubeObject & {
    webhooks: object[];
  };
  const named = ours.webhooks.map((webhook) => ({
    ...webhook,
    name: 'create.servicecatalog.webhook.mesitis',
  }));
  const { out } = await doctor(cluster({ ...ours, webhooks: named }));
  expect(out).toContain('ok       leftovers  nothing of the old Service Catalog is left');
});

test('says what is unknown to someone who may not look, and does not fail for it', async () => {
  const kube = cluster();
  kube.failNext(
    ({ verb, kind }) => verb === 'list' && kind === 'APIService',
    new KubeError('forbidden', 'no'),
  );
  const { out, err, exitCode } = await doctor(kube);
  expect(out).toContain('unknown  leftovers  you may not look at APIServices\n');
  expect([err, exitCode]).toEqual([
    'What is unknown an administrator may look at: have them run kubectl mesitis doctor.\n',
    0,
  ]);
});

test('ends with 3 when there is no cluster to look at', async () => {
  const kube = cluster();
  kube.failNext('resourceOf', new KubeError('unavailable', 'connect ECONNREFUSED'));
  expect(await doctor(kube)).toMatchObject({ out: '', exitCode: 3 });
});

test('prints its findings for programs', async () => {
  const { out } = await doctor(cluster(), '-o', 'json');
  const { checks } = JSON.parse(out) as { checks: { area: string; verdict: string }[] };
  expect(checks.map(({ area, verdict }) => `${area} ${verdict}`)).toEqual([
    'api ok',
    'webhook ok',
    'brokers ok',
    'rights ok',
    'versions ok',
    'leftovers ok',
  ]);
});
