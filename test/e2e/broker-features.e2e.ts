import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { refOf, type KubeObject } from '@mesitis/kube';
import type { Broker } from '../cluster/broker.js';
import { until } from '../cluster/wait.js';
import { Consumer, metric, publish } from './consumer.js';
import { MadeObjects } from './made-objects.js';
import { FEATURES, REGIONS } from './feature-offerings.js';
import {
  STAGE_MS,
  condition,
  isTrue,
  makeNamespaces,
  raiseStage,
  secretData,
  untilGone,
  untilObject,
  type Stage,
} from './stage.js';

// Each test waits for several objects; most take a second.
jest.setTimeout(STAGE_MS);

describe('what a broker can do, as consumers meet it', () => {
  let stage: Stage;
  let broker: Broker;
  let red: Consumer;
  let blue: Consumer;
  let made: MadeObjects;
  const generated: string[] = [];

  beforeAll(async () => {
    // The Vault of this test speaks http.
    stage = await raiseStage({ webhook: { allowInsecureVault: true } });
    await makeNamespaces(stage.kube, 'red', 'blue');
    broker = await stage.platform.startBroker({
      namespace: 'provider-ns',
      provisionNamespaces: ['objects-ns'],
      values: {
        additionalResources: [
          { apiGroups: ['apps'], resources: ['statefulsets'] },
          { apiGroups: ['batch'], resources: ['jobs'] },
        ],
      },
    });
    await stage.kube.create(REGIONS);
    await untilObject(stage.kube, refOf(REGIONS), isTrue('Established'));
    await publish(stage, broker, FEATURES);
    made = new MadeObjects(stage.kube, 'objects-ns');
    [red, blue] = [new Consumer(stage, 'red'), new Consumer(stage, 'blue')];
  });

  afterAll(() => stage.close());

  test('parameters and expressions: each instance has its own objects, made of what its consumer said', async () => {
    const [small, large] = await Promise.all([
      red.provision('small', 'app'),
      blue.provision('large', 'app', { size: 3, colour: 'green: {kind: Pod}' }),
    ]);
    expect([...(await made.names(small)), ...(await made.names(large))].toSorted()).toEqual(
      [small, large]
        .flatMap((id) => ['ConfigMap', 'Deployment', 'Secret', 'Service'].map((kind) => `${kind} app-${id}`))
        .toSorted(),
    );
    expect((await made.get('Deployment', `app-${small}`))?.['spec']).toMatchObject({
      replicas: 2,
    });
    expect((await made.get('Deployment', `app-${large}`))?.['spec']).toMatchObject({
      replicas: 3,
    });
    expect((await made.get('ConfigMap', `app-${small}`))?.['data']).toEqual({
      colour: 'blue',
      greeting: 'small of red: 2',
    });
    expect((await made.get('ConfigMap', `app-${large}`))?.['data']).toEqual({
      colour: 'green: {kind: Pod}',
      greeting: 'large of blue: 3',
    });
    await Promise.all([red.release({ instances: ['small'] }), blue.release({ instances: ['large'] })]);
    expect([...(await made.names(small)), ...(await made.names(large))]).toEqual([]);
  });

  test.each([
    ['a value that is out of range', { size: 9 }, 'parameters.size: must be <= 5'],
    ['a structure where text belongs', { colour: { kind: 'Pod' } }, 'parameters.colour: must be string'],
    [
      'a namespace of its own',
      { namespace: 'kube-system' },
      'must NOT have additional properties: "namespace"',
    ],
  ])(
    'parameters: %s is refused at once, or where only the broker sees it, by a condition; both name the place',
    async (_what, parameters, message) => {
      await expect(red.order('bad', 'app', parameters)).rejects.toThrow(message);
      expect(await red.failureOf(await red.orderBySecret('bad', 'app', parameters))).toContain(message);
      expect(await made.names()).toEqual([]);
      await red.release({ instances: ['bad'] });
      await stage.kube.remove({ apiVersion: 'v1', kind: 'Secret', namespace: red.namespace, name: 'bad' });
    },
  );

  test('a generated password is the same in the objects and in the binding, and outlives a kill of the broker', async () => {
    const id = await red.provision('kept', 'app');
    const first = await red.bind('kept-1', 'kept');
    const inObject = await secretData(stage.kube, 'objects-ns', `app-${id}`);
    expect(first['instance-password']).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(inObject).toEqual({ password: first['instance-password'] });

    await broker.kill();
    await broker.start();
    const second = await red.bind('kept-2', 'kept');
    expect(second['instance-password']).toBe(first['instance-password']);
    expect(second['password']).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(second['password']).not.toBe(first['password']);
    expect(await secretData(stage.kube, 'objects-ns', `app-${id}`)).toEqual(inObject);

    for (const bound of [first, second])
      generated.push(bound['password'] ?? '', bound['instance-password'] ?? '');
    await red.release({ bindings: ['kept-1', 'kept-2'], instances: ['kept'] });
    expect(await made.names(id)).toEqual([]);
  });

  test('readiness: what is awaited is told, and what is not ready in time is taken back and the reason told', async () => {
    // Both at once, since the catalog polls in pauses of seconds.
    const patient = async (): Promise<void> => {
      const ref = await red.order('patient', 'patient');
      const waiting = await untilObject(
        stage.kube,
        ref,
        (object) => condition(object, 'Ready')?.message.includes('0 of 1 available') === true,
      );
      const [, name = ''] = /Deployment (\S+):/.exec(condition(waiting, 'Ready')?.message ?? '') ?? [];
      const { stdout } = await red.kubectl('status', 'patient');
      expect(stdout).toContain(`Deployment ${name}: 0 of 1 available`);
      await made.runPodOf(name);
      await red.untilReady(ref);
    };
    const hopeless = async (): Promise<void> => {
      const { code, stderr } = await blue.kubectl('provision', 'e2e-hopeless', '--name', 'hopeless');
      const [, reason, id] =
        /(Deployment hopeless-(\w+): 0 of 1 available.*; not ready within 1 s)/.exec(stderr) ?? [];
      expect([code, reason, await made.names(id ?? 'unknown')]).toEqual([1, expect.any(String), []]);
    };
    await Promise.all([patient(), hopeless()]);
    await Promise.all([red.release({ instances: ['patient'] }), blue.release({ instances: ['hopeless'] })]);
  });

  test('update: only what differs is changed, also when the plan changes, and what a plan drops goes', async () => {
    const id = await red.provision('growing', 'app');
    const refs = ['Service', 'Secret'].map((kind) => made.ref(kind, `app-${id}`));
    const versions = async (): Promise<unknown[]> =>
      Promise.all(refs.map(async (ref) => (await stage.kube.get(ref))?.metadata.resourceVersion));
    const before = await versions();

    await red.edit('growing', { parameters: { size: 4 } });
    const deployment = made.ref('Deployment', `app-${id}`);
    expect((await stage.kube.get(deployment))?.['spec']).toMatchObject({ replicas: 4 });

    await red.edit('growing', { clusterServicePlanExternalName: 'e2e-app-2' });
    expect((await made.get('ConfigMap', `extra-${id}`))?.['data']).toEqual({ size: '4' });
    expect((await stage.kube.get(deployment))?.['spec']).toMatchObject({ replicas: 4 });

    await red.edit('growing', { clusterServicePlanExternalName: 'e2e-app-1' });
    expect((await made.get('ConfigMap', `extra-${id}`))?.['data']).toBeUndefined();
    expect(await versions()).toEqual(before);
    await red.release({ instances: ['growing'] });
    expect(await made.names(id)).toEqual([]);
  });

  test('update: what the API server refuses is restored, and the condition says so', async () => {
    const id = await red.provision('steady', 'app');
    const refused = await red.edit('steady', { parameters: { size: 5, clusterIp: '10.1.2.3' } });
    expect(condition(refused, 'Failed')?.message).toMatch(
      /Service objects-ns\/app-.* may not change once set.* the previous state was restored/,
    );
    expect((await made.get('Deployment', `app-${id}`))?.['spec']).toMatchObject({
      replicas: 2,
    });

    const mended = await red.edit('steady', { parameters: { size: 3, clusterIp: null } });
    expect(isTrue('Ready')(mended)).toBe(true);
    expect((await made.get('Deployment', `app-${id}`))?.['spec']).toMatchObject({
      replicas: 3,
    });
    await red.release({ instances: ['steady'] });
  });

  test('limits: one too many is refused with the number in use', async () => {
    await red.provision('only', 'scarce');
    expect(await red.failureOf(await red.order('second', 'scarce'))).toMatch(/namespace red .*1/);
    await blue.provision('only', 'scarce');
    await red.release({ instances: ['second', 'only'] });
    await red.provision('again', 'scarce');
    await Promise.all([red.release({ instances: ['again'] }), blue.release({ instances: ['only'] })]);
  });

  test('drift: an object that was deleted or changed is put back, with an Event, and is counted', async () => {
    const id = await red.provision('drifting', 'app');
    const [service, deployment] = [made.ref('Service', `app-${id}`), made.ref('Deployment', `app-${id}`)];
    const old = (await stage.kube.get(service))?.metadata.uid;
    await stage.kube.remove(service);
    await untilObject(stage.kube, service, (object) => object !== undefined && object.metadata.uid !== old);
    await stage.kube.patch(deployment, { type: 'merge', body: { spec: { replicas: 0 } } });
    await untilObject(
      stage.kube,
      deployment,
      (object) => (object?.['spec'] as { replicas: number }).replicas === 2,
    );
    const events = await until({ what: 'two Events', timeoutMs: 10_000 }, async () => {
      const { items } = await stage.kube.list({ apiVersion: 'v1', kind: 'Event', namespace: 'objects-ns' });
      const repairs = items.filter((event) => event['reason'] === 'DriftRepaired');
      return repairs.length === 2 ? repairs : undefined;
    });
    expect(events.map(({ message }) => message).toSorted()).toEqual([
      expect.stringContaining('spec.replicas'),
      expect.stringContaining('deleted'),
    ]);
    for (const kind of ['Service', 'Deployment']) {
      expect(await metric(broker, `mesitis_broker_drift_repairs_total{kind="${kind}"}`)).toBe(1);
    }
    await red.release({ instances: ['drifting'] });
    expect(await made.names(id)).toEqual([]);
  });

  test('a Secret that an operator writes after the bind was asked for is delivered', async () => {
    const id = await red.provision('late', 'late');
    const ref = await red.askToBind('late');
    await untilObject(
      stage.kube,
      ref,
      (object) => condition(object, 'Ready')?.reason === 'BindingRequestInFlight',
    );
    const secret: KubeObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `late-${id}-auth`, namespace: 'objects-ns' },
      stringData: { user: 'operator', password: 'written-late', internal: 'x' },
    };
    await stage.kube.create(secret);
    await red.untilReady(ref);
    expect(await secretData(stage.kube, 'red', 'late')).toMatchObject({
      username: 'operator',
      password: 'written-late',
      host: `late-${id}.objects-ns.svc.cluster.local`,
    });
    expect(await secretData(stage.kube, 'red', 'late')).not.toHaveProperty('internal');
    await red.release({ bindings: ['late'], instances: ['late'] });
    await stage.kube.remove(refOf(secret));
  });

  test('further kinds are made with the rights that the chart gives for them', async () => {
    const id = await red.provision('kinds', 'kinds');
    expect(await made.names(id)).toEqual([
      `StatefulSet kinds-${id}`,
      `Job kinds-${id}`,
      `Service kinds-${id}`,
    ]);
    await red.release({ instances: ['kinds'] });
    expect(await made.names(id)).toEqual([]);
    await untilGone(stage.kube, made.ref('Job', `kinds-${id}`));
  });

  test('a kind that the chart gives no right for is refused with the right that is missing', async () => {
    const message = await red.failureOf(await red.order('no-right', 'no-right'));
    expect(message).toMatch(/Ingress .*forbidden/);
    await red.release({ instances: ['no-right'] });
  });

  test('a kind of the whole cluster that only the API server knows as one is refused', async () => {
    const message = await red.failureOf(await red.order('wide', 'wide'));
    expect(message).toContain('cluster');
    await red.release({ instances: ['wide'] });
  });

  test('no server was refused anything that it should have, and none logged a secret or a parameter', () => {
    const servers = [stage.platform.webhook, stage.platform.catalog, broker];
    const lines = servers.flatMap((server) => server.logs());
    const refused = lines.filter((line) => line.includes('forbidden'));
    // The offering no-right asks for that one.
    expect(refused.filter((line) => !line.includes('ingresses'))).toEqual([]);
    for (const secret of ['written-late', 'green: {kind: Pod}', '10.1.2.3', broker.password, ...generated]) {
      expect(lines.filter((line) => line.includes(secret))).toEqual([]);
    }
  });
});
