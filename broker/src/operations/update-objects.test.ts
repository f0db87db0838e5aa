import { describe, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { KubeError } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { bindBody, objectsEntry, provisionBody, wrapped } from '../testing/fixtures.js';
import { madeObjects, testBrokers } from '../testing/test-broker.js';

const INSTANCE = '/v2/service_instances/i';
const start = testBrokers();

/** An offering in two versions: the second has another size by default and one object more. */
function sized(): KubeObject[] {
  const parameters = {
    type: 'object',
    properties: { size: { type: 'integer', minimum: 1, maximum: 5, default: 1 }, note: { type: 'string' } },
    additionalProperties: false,
  };
  const entry = (version: string): KubeObject =>
    objectsEntry(`sized-${version}`, {
      offering: 'sized',
      version,
      uuid: `sized-${version}`,
      serviceuuid: 'sized-id',
      provisiondata: { namespace: 'api-ns', name: 'web', labelSelector: `for-${version}` },
      parameters,
    });
  const object = (name: string, spec: JsonObject, ...versions: string[]): KubeObject => {
    const configMap = wrapped({ kind: 'Pod', name, spec }, 'sized', 1);
    const labels = Object.fromEntries(versions.map((version) => [`for-${version}`, '']));
    return {
      ...configMap,
      metadata: { ...configMap.metadata, labels: { ...configMap.metadata.labels, ...labels } },
    };
  };
  return [
    entry('1'),
    entry('2'),
    object('web-${instance.shortId}', { priority: '${parameters.size}', hostname: 'fixed' }, '1', '2'),
    object('extra-${instance.shortId}', { hostname: 'extra' }, '2'),
  ];
}

function body(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...provisionBody('sized'), plan_id: 'sized-1', ...fields };
}

const patch = (fields: Record<string, unknown>): Record<string, unknown> => ({
  service_id: 'sized-id',
  ...fields,
});

function pods(kube: MemoryKube): JsonObject[] {
  return kube
    .objects()
    .filter(({ kind }) => kind === 'Pod')
    .map(({ metadata, ...fields }) => ({
      name: metadata.name?.split('-')[0] ?? '',
      ...(fields['spec'] as JsonObject),
    }));
}

describe('an update of an instance with objects', () => {
  test('applies changed parameters to what differs, and keeps the others', async () => {
    const { send, kube } = await start({ objects: sized() });
    await send('PUT', INSTANCE, body({ parameters: { note: 'n' } }));
    expect(pods(kube)).toMatchObject([{ priority: 1, hostname: 'fixed' }]);
    expect((await send('PATCH', INSTANCE, patch({ parameters: { size: 3 } }))).status).toBe(200);
    expect(pods(kube)).toMatchObject([{ priority: 3, hostname: 'fixed' }]);
    expect((await send('GET', INSTANCE)).body).toMatchObject({ parameters: { note: 'n', size: 3 } });
  });

  test('writes nothing to objects that stay as they are', async () => {
    const { send, kube } = await start({ objects: sized() });
    await send('PUT', INSTANCE, body());
    const before = kube.objects().map(({ metadata }) => metadata.resourceVersion);
    expect((await send('PATCH', INSTANCE, patch({ parameters: { note: 'new' } }))).status).toBe(200);
    expect(kube.objects().map(({ metadata }) => metadata.resourceVersion)).toEqual(before);
  });

  test('moves between the versions of a service, and binds there', async () => {
    const { send, kube } = await start({ objects: sized() });
    await send('PUT', INSTANCE, body());
    expect((await send('PATCH', INSTANCE, patch({ plan_id: 'sized-2' }))).status).toBe(200);
    expect(madeObjects(kube)).toHaveLength(2);
    const bind = { ...bindBody('sized'), plan_id: 'sized-2' };
    expect((await send('PUT', `${INSTANCE}/service_bindings/b`, bind)).status).toBe(201);
    expect((await send('PATCH', INSTANCE, patch({ plan_id: 'sized-1' }))).status).toBe(200);
    expect(madeObjects(kube)).toHaveLength(1);
    await send('DELETE', `${INSTANCE}?service_id=s&plan_id=p`);
    expect(madeObjects(kube)).toEqual([]);
  });

  test('that the cluster refuses leaves everything as it was, and says so', async () => {
    const { send, kube } = await start({ objects: sized() });
    await send('PUT', INSTANCE, body());
    kube.failNext('patch', new KubeError('invalid', 'spec.priority: field is immutable'));
    const answer = await send('PATCH', INSTANCE, patch({ plan_id: 'sized-2', parameters: { size: 2 } }));
    expect([answer.status, answer.body]).toEqual([
      400,
      {
        error: 'ClusterRefused',
        description: expect.stringMatching(
          /^updating Pod .* was refused: spec.priority: field is immutable.*; the previous state was restored$/,
        ),
        instance_usable: true,
        update_repeatable: false,
      },
    ]);
    expect(pods(kube)).toMatchObject([{ priority: 1 }]);
    expect((await send('GET', INSTANCE)).body).toMatchObject({ plan_id: 'sized-1' });
    expect((await send('GET', `${INSTANCE}/last_operation`)).body).toMatchObject({
      state: 'failed',
      instance_usable: true,
    });
    expect((await send('PATCH', INSTANCE, patch({ parameters: { size: 2 } }))).status).toBe(200);
  });

  test('that could not be restored is mended by the next one, though that asks for nothing new', async () => {
    const { send, kube } = await start({ objects: sized() });
    await send('PUT', INSTANCE, body());
    kube.failNext('create', new KubeError('invalid', 'no extra'));
    let patches = 0;
    kube.failNext(
      ({ verb }) => {
        if (verb === 'patch') patches += 1;
        return verb === 'patch' && patches === 2;
      },
      new KubeError('invalid', 'no way back'),
    );
    const answer = await send('PATCH', INSTANCE, patch({ plan_id: 'sized-2', parameters: { size: 2 } }));
    expect([answer.status, answer.body]).toMatchObject([
      500,
      { error: 'UpdateIncomplete', instance_usable: false },
    ]);
    expect(pods(kube)).toMatchObject([{ priority: 2 }]);
    expect((await send('PATCH', INSTANCE, patch({}))).status).toBe(200);
    expect(pods(kube)).toMatchObject([{ priority: 1 }]);
    expect((await send('GET', `${INSTANCE}/last_operation`)).body).toEqual({ state: 'succeeded' });
  });

  test('refuses parameters that do not fit, and names the path but not the value', async () => {
    const { send } = await start({ objects: sized() });
    const refused = await send('PUT', INSTANCE, body({ parameters: { size: 77 } }));
    expect([refused.status, refused.body]).toMatchObject([400, { error: 'InvalidParameters' }]);
    expect(JSON.stringify(refused.body)).toContain('parameters.size: must be <= 5');
    expect(JSON.stringify(refused.body)).not.toContain('77');
  });
});
