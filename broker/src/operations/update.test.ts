import { describe, expect, test } from '@jest/globals';
import { CLIENT, entryConfigMap, objectsEntry, provisionBody } from '../testing/fixtures.js';
import { testBrokers } from '../testing/test-broker.js';

const INSTANCE = '/v2/service_instances/i';
const start = testBrokers();

describe('update', () => {
  const patch = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
    service_id: 'url-id',
    ...fields,
  });

  test.each<[string, Record<string, unknown>, number, object]>([
    ['nothing', {}, 200, {}],
    ['what the checkers send', { maintenance_info: {}, previous_values: { maintenance_info: {} } }, 200, {}],
    ['the same plan and parameters', { plan_id: 'url-id', parameters: { a: 1 } }, 200, {}],
    ['empty parameters', { parameters: {} }, 200, {}],
    ['a new name', { context: { platform: 'kubernetes', namespace: CLIENT, instance_name: 'new' } }, 200, {}],
    ['no service', { service_id: '' }, 400, { error: 'MalformedRequest' }],
    ['an unknown service', { service_id: 'nope' }, 400, { error: 'UnknownService' }],
    ['an unknown plan', { plan_id: 'nope' }, 400, { error: 'UnknownPlan' }],
    ['another service', { service_id: 'second-id' }, 400, { error: 'PlanMismatch' }],
    [
      'another version',
      { maintenance_info: { version: '1.0.0' } },
      422,
      { error: 'MaintenanceInfoConflict' },
    ],
    [
      'a plan that is provisioned otherwise',
      { plan_id: 'three' },
      422,
      { error: 'UpdateNotSupported', update_repeatable: false },
    ],
    ['parameters that do not fit', { parameters: { a: 'text' } }, 400, { error: 'InvalidParameters' }],
    [
      'another namespace',
      { context: { platform: 'kubernetes', namespace: 'b' } },
      400,
      { error: 'NotWhitelisted' },
    ],
  ])('with %s', async (_what, fields, status, body) => {
    const { send } = await start({
      objects: [
        entryConfigMap('url', {
          serviceuuid: 'url-id',
          parameters: { type: 'object', properties: { a: { type: 'integer' } } },
        }),
        objectsEntry('url-three', { offering: 'url', version: '3', uuid: 'three', serviceuuid: 'url-id' }),
        entryConfigMap('second'),
      ],
    });
    await send('PUT', INSTANCE, provisionBody('url', { parameters: { a: 1 } }));
    const answer = await send('PATCH', INSTANCE, patch(fields));
    expect([answer.status, answer.body]).toMatchObject([status, body]);
    expect((await send('GET', INSTANCE)).body).toEqual({
      service_id: 'url-id',
      plan_id: 'url-id',
      parameters: { a: 1 },
    });
  });

  test('records the context', async () => {
    const { send, store } = await start({ objects: [entryConfigMap('url')] });
    await send('PUT', INSTANCE, provisionBody('url'));
    await send(
      'PATCH',
      INSTANCE,
      patch({ context: { platform: 'kubernetes', namespace: CLIENT, instance_name: 'new' } }),
    );
    expect((await store.get('i'))?.record.attributes.context).toMatchObject({
      instance_name: 'new',
      clusterid: 'cluster',
    });
  });

  test('of an unknown instance is 404', async () => {
    const { send } = await start({ objects: [entryConfigMap('url')] });
    expect(await send('PATCH', INSTANCE, patch())).toMatchObject({
      status: 404,
      body: { error: 'InstanceNotFound' },
    });
  });
});
