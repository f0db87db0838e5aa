import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { API_VERSION } from '../model/kinds.js';
import { condition, Harness, isReady, NAMESPACE, object } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';
import type { Answer } from '../testing/scripted-broker.js';

const BINDINGS = /service_bindings/;

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start(catalogOf('db', 'small'));
  await harness.controller();
  await harness.register();
  await harness.create('ServiceInstance', 'mine', { clusterServiceClassExternalName: 'db' });
  await harness.until('ServiceInstance', 'mine', isReady);
});

afterEach(async () => {
  await harness.stop();
});

async function bind(spec: Record<string, unknown> = {}): Promise<void> {
  await harness.create('ServiceBinding', 'creds', { instanceRef: { name: 'mine' }, ...spec });
}

function seedSecret(name: string, ownerReferences: Record<string, unknown>[] = []): void {
  harness.kube.seed({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: NAMESPACE, ownerReferences: ownerReferences as [] },
    data: { theirs: 'dGhlaXJz' },
  });
}

describe('a bind', () => {
  test('that is refused with 400 fails for good, and there is nothing to unbind', async () => {
    harness.broker.script('PUT', BINDINGS, { status: 400, body: { description: 'no' } });
    await bind();
    const failed = await harness.untilReason(
      'ServiceBinding',
      'creds',
      'ServiceBindingReturnedFailure',
      'Failed',
    );
    expect(condition(failed)).toMatchObject({
      reason: 'BindCallFailed',
      message: expect.stringContaining(
        'bind operation will not be retried: Error creating ServiceBinding for',
      ),
    });
    await harness.remove('ServiceBinding', 'creds');
    await harness.untilGone('ServiceBinding', 'creds');
    expect(harness.broker.calls().filter((call) => call.startsWith('DELETE'))).toEqual([]);
  });

  test.each<[string, Answer | Answer[]]>([
    ...[401, 403, 404, 408, 409, 410, 429].map((status): [string, Answer] => [
      String(status),
      { status, body: {} },
    ]),
    ['422', { status: 422, body: { error: 'ConcurrencyError' } }],
    ['200 with a page', { status: 200, text: '<html>' }],
    // The client itself asks twice.
    ['a connection that breaks', ['cut', 'cut']],
  ])('that meets %s is tried again, with the same id', async (_case, answer) => {
    harness.broker.script('PUT', BINDINGS, ...[answer].flat());
    await bind();
    const failed = await harness.untilReason('ServiceBinding', 'creds', 'BindCallFailed');
    expect(condition(failed, 'Failed')).toBeUndefined();
    harness.clock.advance(1000);
    await harness.until('ServiceBinding', 'creds', isReady);
    expect(harness.broker.bindings.size).toBe(1);
  });

  test('to a class that can’t be bound fails for good without a call', async () => {
    harness.broker.catalog = JSON.parse(
      JSON.stringify(catalogOf('db', 'small')).replace('"bindable":true', '"bindable":false'),
    ) as Record<string, string>;
    await harness.kube.patch(
      { apiVersion: 'servicecatalog.k8s.io/v1beta1', kind: 'ClusterServiceBroker', name: 'broker' },
      { type: 'merge', body: { spec: { relistRequests: 1 } } },
    );
    await harness.until(
      'ClusterServiceClass',
      'db-id',
      (stored) => (stored['spec'] as { bindable?: boolean }).bindable === false,
    );
    await bind();
    await harness.untilReason('ServiceBinding', 'creds', 'ErrorNonbindableServiceClass', 'Failed');
    expect(harness.broker.bindings.size).toBe(0);
  });
});

describe('the Secret', () => {
  test('of someone else is neither written nor deleted', async () => {
    seedSecret('creds');
    await bind();
    const failed = await harness.untilReason('ServiceBinding', 'creds', 'ErrorInjectingBindResult');
    expect(condition(failed)?.message).toContain(
      `Secret "${NAMESPACE}/creds" is not owned by ServiceBinding, controllerRef: nil`,
    );
    await harness.remove('ServiceBinding', 'creds');
    await harness.untilGone('ServiceBinding', 'creds');
    expect(await harness.get('Secret', 'creds')).toMatchObject({ data: { theirs: 'dGhlaXJz' } });
    expect(harness.broker.bindings.size).toBe(0);
  });

  test('is written once the one in the way is gone', async () => {
    seedSecret('creds');
    await bind();
    await harness.untilReason('ServiceBinding', 'creds', 'ErrorInjectingBindResult');
    await harness.remove('Secret', 'creds');
    harness.clock.advance(1000);
    await harness.until('ServiceBinding', 'creds', isReady);
    expect(await harness.get('Secret', 'creds')).toHaveProperty('data.uri');
  });

  test('has the name that was asked for and what transforms made of the credentials', async () => {
    seedSecret('more');
    await bind({
      secretName: 'other',
      secretTransforms: [
        { renameKey: { from: 'username', to: 'user' } },
        { removeKey: { key: 'uri' } },
        { addKey: { key: 'url', value: null, stringValue: null, jsonPathExpression: '{.user}@{.nested.a}' } },
        { addKeysFrom: { secretRef: { namespace: NAMESPACE, name: 'more' } } },
      ],
    });
    const bound = await harness.until('ServiceBinding', 'creds', isReady);
    expect(bound).toHaveProperty('status.binding.name', 'other');
    const secret = await harness.get('Secret', 'other');
    const data = Object.entries(secret?.['data'] as Record<string, string>).map(
      ([key, value]) => `${key}=${Buffer.from(value, 'base64').toString()}`,
    );
    expect(data.sort()).toEqual(['nested={"a":1}', 'port=80', 'theirs=theirs', 'url=u@1', 'user=u']);
    await harness.remove('ServiceBinding', 'creds');
    await harness.untilGone('ServiceBinding', 'creds');
    expect(await harness.get('Secret', 'other')).toBeUndefined();
    expect(await harness.get('Secret', 'more')).toBeDefined();
  });

  test('is as the Service Binding Specification wants it where an annotation says so, then and later', async () => {
    const annotate = async (format: string): Promise<void> => {
      const ref = { apiVersion: API_VERSION, kind: 'ServiceBinding', namespace: NAMESPACE, name: 'creds' };
      const annotations = { 'mesitis/secret-format': format, 'mesitis/binding-type': 'web' };
      await harness.kube.patch(ref, { type: 'merge', body: { metadata: { annotations } } });
    };
    await bind();
    await harness.until('ServiceBinding', 'creds', isReady);
    expect(await harness.get('Secret', 'creds')).toMatchObject({ type: 'Opaque' });
    await annotate('servicebinding');
    harness.clock.advance(5000);
    // Still there, of the old type, which can't be changed.
    await harness.kube.patch(
      { apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACE, name: 'creds' },
      { type: 'merge', body: { data: { uri: null } } },
    );
    const secret = await harness.until('Secret', 'creds', (stored) => stored['type'] !== 'Opaque');
    expect(secret).toMatchObject({
      type: 'servicebinding.io/web',
      data: { type: 'd2Vi', provider: 'YnJva2Vy', username: 'dQ==', port: 'ODA=' },
    });
    const bound = await harness.until('ServiceBinding', 'creds', isReady);
    expect(bound).toHaveProperty('status.binding.name', 'creds');
  });

  test('can’t be written as an annotation says that makes no sense', async () => {
    await harness.kube.create({
      ...object('ServiceBinding', 'creds', { instanceRef: { name: 'mine' } }),
      metadata: { name: 'creds', namespace: NAMESPACE, annotations: { 'mesitis/secret-format': 'vcap' } },
    });
    const failed = await harness.untilReason('ServiceBinding', 'creds', 'ErrorInjectingBindResult');
    expect(condition(failed)?.message).toContain('write "servicebinding" or "opaque"');
  });

  test('never takes keys from another namespace', async () => {
    await bind({
      secretTransforms: [{ addKeysFrom: { secretRef: { namespace: 'kube-system', name: 'keys' } } }],
    });
    const failed = await harness.untilReason('ServiceBinding', 'creds', 'ErrorInjectingBindResult');
    expect(condition(failed)?.message).toContain('of the namespace "client-ns" only');
  });
});

describe('an unbind', () => {
  beforeEach(async () => {
    await bind();
    await harness.until('ServiceBinding', 'creds', isReady);
  });

  test.each<[string, ...Answer[]]>([
    ...[400, 401, 403, 404, 408, 409, 422, 429, 500, 503].map((status): [string, Answer] => [
      String(status),
      { status, body: {} },
    ]),
    ['no answer in time', 'hang'],
    // The client itself asks twice.
    ['a connection that breaks', 'cut', 'cut'],
  ])('that meets %s is tried again; the Secret is gone meanwhile', async (_case, ...answers) => {
    harness.broker.script('DELETE', BINDINGS, ...answers);
    await harness.remove('ServiceBinding', 'creds');
    const failed = await harness.untilReason('ServiceBinding', 'creds', 'UnbindCallFailed');
    expect(condition(failed)?.status).toBe('Unknown');
    expect(await harness.get('Secret', 'creds')).toBeUndefined();
    harness.clock.advance(1000);
    await harness.untilGone('ServiceBinding', 'creds');
    expect(harness.broker.seen.at(-1)?.query).toEqual({ service_id: 'db-id', plan_id: 'db-small-id' });
  });
});
