import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { KubeError, isKubeError, type KubeObject } from '@mesitis/kube';
import { kubectlFor } from '../cluster/kubectl.js';
import { startDenyingPolicy } from './denying-policy.js';
import { STAGE_MS, example, makeNamespaces, raiseStage, type Stage } from './stage.js';

describe('admission on a real API server', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await raiseStage({ webhook: { dryRun: { namespaces: ['tried-ns', 'denied-ns'] } } });
    await makeNamespaces(stage.kube, 'provider-ns');
  }, STAGE_MS);

  afterAll(() => stage.close(), STAGE_MS);

  const first = async (file: string): Promise<KubeObject> => {
    const [object] = await example(file, 'provider-ns');
    if (object === undefined) throw new Error(`${file} is empty`);
    return object;
  };
  const refusal = async (write: Promise<unknown>): Promise<string> => {
    const failure = await write.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!isKubeError(failure)) throw new Error('it was admitted');
    return failure instanceof KubeError ? failure.message : '';
  };

  const edited = (configMap: KubeObject | undefined, from: string, to: string): KubeObject => {
    const data = Object.entries((configMap?.['data'] ?? {}) as Record<string, string>);
    return {
      ...(configMap as KubeObject),
      data: Object.fromEntries(data.map(([key, text]) => [key, text.replace(from, to)])),
    };
  };

  test('refuses a bad catalog entry with every violation at once, each with its path', async () => {
    const message = await refusal(stage.kube.create(await first('bad-entry.yaml')));
    expect(message).toContain('denied the request');
    for (const path of ['descripton', 'description', 'whitelist', 'provisionkind']) {
      expect(message).toContain(`data.wrapped-resource: ${path}: `);
    }
  });

  test('refuses a bad wrapped object with every violation at once, each with its path', async () => {
    const message = await refusal(stage.kube.create(await first('bad-object.yaml')));
    expect(message).toContain('metadata.labels["mesitis/order"]: ');
    expect(message).toContain('data.wrapped-resource: kind: ');
  });

  test('admits the two oldest ConfigMaps as they are, and refuses a change that breaks one', async () => {
    const objects = await example('api-service.yaml', 'provider-ns');
    for (const object of objects) await stage.kube.create(object);
    const { name } = objects[0]?.metadata ?? {};
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'provider-ns', name: name ?? '' };
    const message = await refusal(
      stage.kube.patch(ref, { type: 'merge', body: { metadata: { labels: { 'mesitis/enabled': 'yes' } } } }),
    );
    expect(message).toContain('metadata.labels["mesitis/enabled"]: ');
    expect((await stage.kube.get(ref))?.metadata.labels?.['mesitis/enabled']).toBe('true');
  });

  test('refuses an entry whose uuid another entry has, and warns of objects that nothing selects', async () => {
    const entry = await first('api-service.yaml');
    const stolen = { ...entry, metadata: { ...entry.metadata, name: 'stolen' } };
    const payload = entry['data'] as Record<string, string>;
    const [key = ''] = Object.keys(payload);
    const other = payload[key]?.replace('"offering": "api-service"', '"offering": "other"') ?? '';
    const message = await refusal(stage.kube.create({ ...stolen, data: { [key]: other } }));
    expect(message).toMatch(/data.wrapped-resource: .*wrapped-entry-api-api-service/);

    const kubectl = await kubectlFor(stage.cluster);
    const alone = await example('api-service-deployment.yaml', 'provider-ns');
    const object = alone[0] as KubeObject;
    object.metadata.labels = { ...object.metadata.labels, 'mesitis/offering': 'nobody-selects-it' };
    object.metadata.name = 'unselected';
    const applied = await kubectl.run(['apply', '-f', '-'], JSON.stringify(object));
    expect(applied.code).toBe(0);
    expect(applied.stderr).toContain('Warning: metadata.labels: are selected by no enabled entry');
  });

  test('tries what is published where the platform allows it, and passes on what the API server says', async () => {
    const [entry, object] = await example('api-service.yaml', 'trying-ns');
    await makeNamespaces(stage.kube, 'trying-ns');
    await stage.kube.create(edited(entry, '"api-ns"', '"tried-ns"'));
    const message = await refusal(
      stage.kube.create(edited(object, '"protocol": "TCP"', '"protocol": "FTP"')),
    );
    expect(message).toContain(
      'data.wrapped-resource: the API server refuses the Service here, tried in namespace tried-ns for the entry of ConfigMap wrapped-entry-api-api-service with a sample instance: ',
    );
    expect(message).toContain('spec.ports[0].protocol: Unsupported value: "FTP"');
    expect((await stage.kube.create(object as KubeObject)).metadata.name).toBe('wrapped-api-service');
    const services = { apiVersion: 'v1', kind: 'Service', namespace: 'tried-ns' };
    expect((await stage.kube.list(services)).items).toEqual([]);
  });

  test("warns in a policy's words of what the policy denies to a sample instance, and admits it", async () => {
    const message = 'no Service without a cost centre';
    const policy = await startDenyingPolicy(stage.kube, { namespace: 'denied-ns', message });
    const [entry, object] = await example('api-service.yaml', 'policed-ns');
    await makeNamespaces(stage.kube, 'policed-ns');
    await stage.kube.create(object as KubeObject);
    const kubectl = await kubectlFor(stage.cluster);
    const published = JSON.stringify(edited(entry, '"api-ns"', '"denied-ns"'));
    const applied = await kubectl.run(['apply', '-f', '-'], published);
    expect(applied.code).toBe(0);
    expect(applied.stderr).toContain(
      'a policy of this cluster denies the Service of ConfigMap wrapped-api-service',
    );
    expect(applied.stderr).toContain(
      `denied the request: ${message}; correct it, unless that is only so for the sample`,
    );
    await policy.close();
  });

  test('leaves ConfigMaps of others alone', async () => {
    const other = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'other', namespace: 'provider-ns' },
    };
    expect((await stage.kube.create(other)).metadata.name).toBe('other');
  });

  describe('of an author who may write ConfigMaps beside the broker', () => {
    const grant = (namespace: string, resources: string[], apiGroups = ['']): KubeObject[] => {
      const metadata = { name: `jane-${resources.join('-')}`, namespace };
      const apiVersion = 'rbac.authorization.k8s.io/v1';
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name };
      const subjects = [{ apiGroup: roleRef.apiGroup, kind: 'User', name: 'jane' }];
      return [
        { apiVersion, kind: 'Role', metadata, rules: [{ apiGroups, resources, verbs: ['*'] }] },
        { apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects },
      ];
    };
    const asJane = async (file: string): Promise<{ code: number; stderr: string }> => {
      const objects = await example(file, 'rights-ns');
      const kubectl = await kubectlFor(stage.cluster);
      const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
      return kubectl.run(['apply', '--as', 'jane', '-f', '-'], list);
    };

    beforeAll(async () => {
      await makeNamespaces(stage.kube, 'rights-ns', 'api-ns');
      for (const object of grant('rights-ns', ['configmaps'])) await stage.kube.create(object);
    }, STAGE_MS);

    test('lets nothing be published that the author may not do, and everything else', async () => {
      const refused = await asJane('api-service.yaml');
      expect(refused.stderr).toContain(
        'has the broker create a Service, as the entry in ConfigMap wrapped-entry-api-api-service selects it, and jane may not create services in namespace api-ns; get that right, or have it published by somebody who has it',
      );
      expect(refused.code).toBe(1);
      for (const object of grant('api-ns', ['services'])) await stage.kube.create(object);
      expect(await asJane('api-service.yaml')).toMatchObject({ code: 0 });
      const deployment = await asJane('api-service-deployment.yaml');
      expect(deployment.stderr).toContain('jane may not create deployments.apps in namespace api-ns');
    });

    test('does not have a Secret delivered that the author may not read', async () => {
      expect((await asJane('weather.yaml')).stderr).toContain(
        'data.wrapped-resource: credentialdata: has the broker deliver a Secret, and jane may not get secrets "weather-account" in namespace rights-ns',
      );
    });
  });

  test('restores its CA in the registration when that is wiped', async () => {
    const ref = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      name: stage.platform.webhookConfiguration,
    };
    const caOf = (object: KubeObject | undefined): unknown =>
      (object as unknown as { webhooks: { clientConfig: { caBundle?: string } }[] }).webhooks[0]?.clientConfig
        .caBundle;
    const before = caOf(await stage.kube.get(ref));
    const wiped = await stage.kube.patch(ref, {
      type: 'json',
      body: [{ op: 'remove', path: '/webhooks/0/clientConfig/caBundle' }],
    });
    const query = { apiVersion: ref.apiVersion, kind: ref.kind, fieldSelector: `metadata.name=${ref.name}` };
    const signal = AbortSignal.timeout(STAGE_MS / 4);
    let after: unknown;
    for await (const { object } of stage.kube.watch(query, wiped.metadata.resourceVersion ?? '', {
      signal,
    })) {
      after = caOf(object);
      if (after !== undefined) break;
    }
    expect(after).toBe(before);
  });
});
