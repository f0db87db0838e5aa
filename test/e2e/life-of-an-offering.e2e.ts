import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { refOf, type KubeObject } from '@mesitis/kube';
import type { Broker } from '../cluster/broker.js';
import { madeInOrder, markNow } from '../demo/order.js';
import {
  STAGE_MS,
  bindingOf,
  condition,
  example,
  instanceOf,
  isTrue,
  makeNamespaces,
  raiseStage,
  registerBroker,
  secretData,
  untilGone,
  untilObject,
  type Stage,
} from './stage.js';

const MADE = 'app.kubernetes.io/managed-by=mesitis';

describe('the life of an offering', () => {
  let stage: Stage;
  let broker: Broker;

  beforeAll(async () => {
    stage = await raiseStage();
    await makeNamespaces(stage.kube, 'client-ns', 'other-ns');
    broker = await stage.platform.startBroker({ namespace: 'provider-ns', provisionNamespaces: ['api-ns'] });
    for (const file of ['api-service.yaml', 'api-service-deployment.yaml', 'weather.yaml']) {
      for (const object of await example(file, 'provider-ns')) await stage.kube.create(object);
    }
    const registered = await registerBroker(stage.kube, 'api-team', broker);
    await untilObject(stage.kube, registered, isTrue('Ready'));
  }, STAGE_MS);

  afterAll(() => stage.close(), STAGE_MS);

  const names = async (apiVersion: string, kind: string): Promise<string[]> => {
    const { items } = await stage.kube.list({ apiVersion, kind, namespace: 'api-ns', labelSelector: MADE });
    return items.map(({ metadata }) => metadata.name ?? '');
  };
  const provisioned = async (object: KubeObject): Promise<KubeObject | undefined> => {
    await stage.kube.create(object);
    return untilObject(stage.kube, refOf(object), isTrue('Ready'));
  };
  const refused = async (object: KubeObject): Promise<string> => {
    await stage.kube.create(object);
    const failed = await untilObject(stage.kube, refOf(object), isTrue('Failed'));
    return condition(failed, 'Failed')?.message ?? '';
  };
  const gone = async (object: KubeObject): Promise<void> => {
    await stage.kube.remove(refOf(object));
    await untilGone(stage.kube, refOf(object));
  };

  const instance = instanceOf('client-ns', 'my-api', 'api-api-service', 'api-api-service-1');
  const binding = bindingOf('client-ns', 'my-api');

  test(
    'provision makes the objects in their order, bind delivers the Secret, unbind and deprovision leave nothing',
    async () => {
      const mark = await markNow(stage.kube);
      await provisioned(instance);
      expect(await madeInOrder(stage.kube, mark)).toEqual(['Deployment', 'Service']);

      await provisioned(binding);
      expect(await secretData(stage.kube, 'client-ns', 'my-api')).toEqual({
        host: 'back-end-service.api-ns.svc.cluster.local',
        port: '80',
        uri: 'http://back-end-service.api-ns.svc.cluster.local:80',
        username: 'iamtheuser',
        password: 'iamthepassword',
      });

      await gone(binding);
      expect(await secretData(stage.kube, 'client-ns', 'my-api')).toBeUndefined();
      await gone(instance);
      expect(await names('apps/v1', 'Deployment')).toEqual([]);
      expect(await names('v1', 'Service')).toEqual([]);
    },
    STAGE_MS,
  );

  test(
    'an instance is not deleted while it is bound, and is as soon as it is not',
    async () => {
      await provisioned(instance);
      await provisioned(binding);
      await stage.kube.remove(refOf(instance));
      const blocked = await untilObject(
        stage.kube,
        refOf(instance),
        (object) => condition(object, 'Ready')?.reason === 'DeprovisionBlockedByExistingCredentials',
      );
      expect(blocked?.metadata.deletionTimestamp).toBeDefined();
      expect(await names('v1', 'Service')).toEqual(['back-end-service']);
      await gone(binding);
      await untilGone(stage.kube, refOf(instance));
      expect(await names('v1', 'Service')).toEqual([]);
    },
    STAGE_MS,
  );

  test(
    'an entry is neither deleted nor narrowed while an instance uses it, unless its author says why',
    async () => {
      const entry = (await example('api-service.yaml', 'provider-ns')).find(
        ({ metadata }) => metadata.labels?.['mesitis/kind'] === 'catalog-entry',
      ) as KubeObject;
      const deletion = async (): Promise<string> =>
        stage.kube.remove(refOf(entry)).then(
          () => 'deleted',
          (error: unknown) => (error as Error).message,
        );
      await provisioned(instance);
      expect(await deletion()).toContain(
        'data.wrapped-resource: takes "api-api-service-1" out of the catalog, and that breaks client-ns/my-api; let them move or be given back first',
      );
      const data = entry['data'] as Record<string, string>;
      const narrowed = data['wrapped-resource']?.replace('"client-ns"', '"another-ns"') ?? '';
      await expect(
        stage.kube.patch(refOf(entry), { type: 'merge', body: { data: { 'wrapped-resource': narrowed } } }),
      ).rejects.toThrow('whitelist: no longer lets in namespaces that have instances');

      const annotations = { 'mesitis/allow-breaking': 'agreed with client-ns' };
      await stage.kube.patch(refOf(entry), { type: 'merge', body: { metadata: { annotations } } });
      expect(await deletion()).toBe('deleted');
      await gone(instance);
      await stage.kube.create(entry);
    },
    STAGE_MS,
  );

  test(
    'a namespace that is not whitelisted is refused by the broker, and nothing is made',
    async () => {
      const around = instanceOf('other-ns', 'around', 'api-api-service', 'api-api-service-1');
      const message = await refused(around);
      expect(message).toContain('other-ns');
      expect(message).toContain('whitelist');
      expect(await names('apps/v1', 'Deployment')).toEqual([]);
      await gone(around);
    },
    STAGE_MS,
  );

  test(
    'an object of somebody else is never overwritten: the instance is refused, named why, and undone',
    async () => {
      const theirs: KubeObject = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'back-end-service', namespace: 'api-ns', labels: { owner: 'somebody' } },
        spec: { ports: [{ port: 81 }] },
      };
      await stage.kube.create(theirs);
      const second = instanceOf('client-ns', 'second', 'api-api-service', 'api-api-service-1');
      expect(await refused(second)).toContain('back-end-service');
      expect(await names('apps/v1', 'Deployment')).toEqual([]);
      await gone(second);
      const kept = await stage.kube.get(refOf(theirs));
      expect(kept?.metadata.labels).toEqual({ owner: 'somebody' });
      await stage.kube.remove(refOf(theirs));
    },
    STAGE_MS,
  );

  test(
    'an offering with fixed names exists once: a second instance is refused and the first is untouched',
    async () => {
      await provisioned(instance);
      const second = instanceOf('client-ns', 'second', 'api-api-service', 'api-api-service-1');
      expect(await refused(second)).toContain('back-end');
      expect(await names('v1', 'Service')).toEqual(['back-end-service']);
      await gone(second);
      expect(await names('v1', 'Service')).toEqual(['back-end-service']);
      await gone(instance);
    },
    STAGE_MS,
  );

  test(
    'the catalog controller is killed and started again, and goes on where it was',
    async () => {
      await provisioned(instance);
      await stage.platform.catalog.kill();
      await stage.kube.create(binding);
      await stage.platform.catalog.start();
      await untilObject(stage.kube, refOf(binding), isTrue('Ready'));
      expect(await secretData(stage.kube, 'client-ns', 'my-api')).toMatchObject({ username: 'iamtheuser' });
      await gone(binding);
      await gone(instance);
      expect(await names('v1', 'Service')).toEqual([]);
    },
    STAGE_MS,
  );

  test(
    'credentials of a Secret are renamed as the entry says',
    async () => {
      const weather = instanceOf('other-ns', 'weather', 'api-weather', 'api-weather-2');
      await provisioned(weather);
      await provisioned(bindingOf('other-ns', 'weather'));
      expect(await secretData(stage.kube, 'other-ns', 'weather')).toEqual({
        host: 'weather.example.com',
        port: '443',
        uri: 'https://weather.example.com/v2',
        token: 'not-a-real-key',
      });
      await gone(bindingOf('other-ns', 'weather'));
      await gone(weather);
    },
    STAGE_MS,
  );

  test(
    'the Secret of another owner is refused, not overwritten',
    async () => {
      await provisioned(instance);
      const theirs: KubeObject = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'my-api', namespace: 'client-ns' },
        stringData: { kept: 'yes' },
      };
      await stage.kube.create(theirs);
      await stage.kube.create(binding);
      await untilObject(
        stage.kube,
        refOf(binding),
        (object) => condition(object, 'Ready')?.reason === 'ErrorInjectingBindResult',
      );
      expect(await secretData(stage.kube, 'client-ns', 'my-api')).toEqual({ kept: 'yes' });
      await gone(binding);
      expect(await secretData(stage.kube, 'client-ns', 'my-api')).toEqual({ kept: 'yes' });
      await stage.kube.remove(refOf(theirs));
      await gone(instance);
    },
    STAGE_MS,
  );

  test('no server was refused anything by the API server, and none logged a credential', () => {
    const lines = [...stage.platform.webhook.logs(), ...stage.platform.catalog.logs(), ...broker.logs()];
    expect(lines.filter((line) => line.includes('forbidden'))).toEqual([]);
    for (const secret of ['iamthepassword', 'not-a-real-key', broker.password]) {
      expect(lines.filter((line) => line.includes(secret))).toEqual([]);
    }
  });
});
