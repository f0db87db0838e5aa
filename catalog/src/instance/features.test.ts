import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { API_VERSION } from '../model/kinds.js';
import { condition, Harness, isReady, NAMESPACE } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';
import { mergedParameters } from './provision-defaults.js';

const SPEC = { clusterServiceClassExternalName: 'db', clusterServicePlanExternalName: 'small' };

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start(catalogOf('db', 'small'));
});

afterEach(async () => {
  await harness.stop();
});

async function patch(kind: string, name: string, body: JsonObject): Promise<void> {
  const namespace = kind.startsWith('Cluster') ? {} : { namespace: NAMESPACE };
  await harness.kube.patch({ apiVersion: API_VERSION, kind, name, ...namespace }, { type: 'merge', body });
}

function secret(json: string): KubeObject {
  const data = { json: Buffer.from(json).toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'params', namespace: NAMESPACE }, data };
}

describe('CascadingDeletion', () => {
  test('deletes the bindings of an instance that is deleted, after saying so', async () => {
    harness.features = { cascadingDeletion: true };
    await harness.controller();
    await harness.register();
    await harness.create('ServiceInstance', 'mine', SPEC);
    for (const name of ['a', 'b']) {
      await harness.create('ServiceBinding', name, { instanceRef: { name: 'mine' } });
      await harness.until('ServiceBinding', name, isReady);
    }
    const said = harness.untilReason('ServiceInstance', 'mine', 'ServiceBindingsDeletion');
    await harness.remove('ServiceInstance', 'mine');
    await said;
    await harness.untilGone('ServiceInstance', 'mine');
    expect([harness.broker.instances.size, harness.broker.bindings.size]).toEqual([0, 0]);
  });
});

describe('WatchParametersFromChanges', () => {
  const parametersFrom = [{ secretKeyRef: { name: 'params', key: 'json' } }];

  beforeEach(async () => {
    harness.kube.seed(secret('{"password":"one"}'));
    const first = await harness.controller();
    await harness.register();
    await harness.create('ServiceInstance', 'mine', { ...SPEC, parametersFrom });
    await harness.until('ServiceInstance', 'mine', isReady);
    await first.stop();
  });

  async function replaced(json: string): Promise<void> {
    const stored = await harness.get('Secret', 'params');
    await harness.kube.update({ ...stored, ...secret(json), metadata: stored?.metadata ?? {} });
  }

  test('sends what a Secret says now', async () => {
    await replaced('{"password":"two"}');
    await harness.controller();
    const updated = await harness.untilReason('ServiceInstance', 'mine', 'InstanceUpdatedSuccessfully');
    expect(harness.broker.seen.at(-1)).toMatchObject({
      method: 'PATCH',
      body: { parameters: { password: 'two' } },
    });
    expect(JSON.stringify(updated)).not.toContain('two');
  });

  test.each<[string, string, boolean]>([
    ['the Secret says the same in other words', '{ "password": "one" }', true],
    ['the Secret is no JSON any more', 'oops', true],
    ['it is switched off', '{"password":"two"}', false],
  ])('sends nothing when %s', async (_case, json, on) => {
    await replaced(json);
    harness.features = { watchParametersFromChanges: on };
    await harness.controller();
    await harness.create('ServiceInstance', 'later', SPEC);
    await harness.until('ServiceInstance', 'later', isReady);
    expect(condition(await harness.get('ServiceInstance', 'mine'))?.reason).toBe('ProvisionedSuccessfully');
    expect(harness.broker.calls().filter((call) => call.startsWith('PATCH'))).toEqual([]);
  });
});

describe('OriginatingIdentity', () => {
  test.each([true, false])('when %s', async (on) => {
    harness.features = { originatingIdentity: on };
    await harness.controller();
    await harness.register();
    await harness.create('ServiceInstance', 'mine', { ...SPEC, userInfo: { username: 'ann' } });
    await harness.until('ServiceInstance', 'mine', isReady);
    const header = harness.broker.seen.at(-1)?.headers['x-broker-api-originating-identity'];
    expect(header !== undefined).toBe(on);
  });
});

describe('ServicePlanDefaults', () => {
  test('count once, below what the author says', async () => {
    harness.features = { servicePlanDefaults: true };
    await harness.controller();
    await harness.register();
    await patch('ClusterServiceClass', 'db-id', {
      spec: { defaultProvisionParameters: { size: 1, tune: { a: 1, b: 1 } } },
    });
    await patch('ClusterServicePlan', 'db-small-id', {
      spec: { defaultProvisionParameters: { size: 2, tune: { b: 2 } } },
    });
    await harness.create('ServiceInstance', 'mine', { ...SPEC, parameters: { tune: { c: 3 } } });
    const ready = await harness.until('ServiceInstance', 'mine', isReady);
    expect(ready).toMatchObject({
      spec: { parameters: { size: 2, tune: { a: 1, b: 2, c: 3 } } },
      status: { defaultProvisionParameters: { size: 2, tune: { a: 1, b: 2 } } },
    });
    await patch('ServiceInstance', 'mine', { spec: { parameters: null } });
    await harness.untilReason('ServiceInstance', 'mine', 'InstanceUpdatedSuccessfully');
    expect(harness.broker.seen.at(-1)?.body).toMatchObject({ parameters: {} });
  });

  test.each<[JsonObject, JsonObject, JsonObject]>([
    [{ a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
    [{ a: { b: 1 } }, { a: null }, { a: null }],
    [{ a: 1 }, { a: { b: 1 } }, { a: { b: 1 } }],
  ])('%j below %j is %j', (base, over, merged) => {
    expect(mergedParameters(base, over)).toEqual(merged);
  });
});

test('pauses between attempts are told with an Event', async () => {
  await harness.controller();
  await harness.register();
  harness.broker.script('PUT', /./, { status: 422, body: { error: 'ConcurrencyError' } });
  await harness.create('ServiceInstance', 'mine', SPEC);
  await harness.clock.scheduled(1000);
  harness.clock.advance(1000);
  await harness.until('ServiceInstance', 'mine', isReady);
  const events = harness.kube.objects().filter(({ kind }) => kind === 'Event');
  expect(events).toContainEqual(
    expect.objectContaining({
      reason: 'RetryBackoff',
      message: 'Delaying provision retry, next attempt will be after 2026-01-01T00:00:01Z',
    }),
  );
});
