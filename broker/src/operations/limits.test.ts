import { describe, expect, test } from '@jest/globals';
import { CLIENT, entryConfigMap, provisionBody } from '../testing/fixtures.js';
import type { TestAnswer, TestBroker } from '../testing/test-broker.js';
import { testBrokers } from '../testing/test-broker.js';

const start = testBrokers();

async function provision({ send }: TestBroker, id: string, namespace = CLIENT): Promise<TestAnswer> {
  const context = { platform: 'kubernetes', namespace };
  return send('PUT', `/v2/service_instances/${id}`, provisionBody('url', { context }));
}

describe('limits', () => {
  const limited = (limits: object): ReturnType<typeof entryConfigMap> =>
    entryConfigMap('url', { whitelist: ['*'], limits });

  test('per namespace are refused with the number in use, and do not touch other namespaces', async () => {
    const broker = await start({ objects: [limited({ pernamespace: 2 })] });
    await provision(broker, 'a');
    await provision(broker, 'b');
    const refused = await provision(broker, 'c');
    expect([refused.status, refused.body]).toEqual([
      400,
      {
        error: 'LimitReached',
        description:
          'offering url version 1 allows 2 instances in namespace client-ns and 2 are in use; give one back, or ask team api to raise the limit',
      },
    ]);
    expect((await provision(broker, 'c', 'other')).status).toBe(201);
    await broker.send('DELETE', '/v2/service_instances/a?service_id=s&plan_id=url-id');
    expect((await provision(broker, 'd')).status).toBe(201);
  });

  test('in total hold for many that ask at once', async () => {
    const broker = await start({ objects: [limited({ total: 3 })] });
    const answers = await Promise.all(
      Array.from({ length: 10 }, async (_value, index) => provision(broker, `i${index}`, `ns-${index}`)),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(await broker.store.count({})).toBe(3);
  });

  test('hold for two replicas: never one too many', async () => {
    const one = await start({ objects: [limited({ total: 3 })] });
    const two = await start({ kube: one.kube, store: one.store });
    const answers = await Promise.all(
      Array.from({ length: 10 }, async (_value, index) =>
        provision(index % 2 === 0 ? one : two, `i${index}`),
      ),
    );
    const made = answers.filter(({ status }) => status === 201).length;
    expect(made).toBeLessThanOrEqual(3);
    expect(await one.store.count({})).toBe(made);
  });

  test('hold for a change to another plan as well', async () => {
    const version = (name: string, limits: object): ReturnType<typeof entryConfigMap> =>
      entryConfigMap(`url-${name}`, {
        offering: 'url',
        version: name,
        uuid: name,
        serviceuuid: 'url-id',
        limits,
      });
    const broker = await start({ objects: [version('1', {}), version('2', { total: 1 })] });
    const path = (id: string): string => `/v2/service_instances/${id}`;
    await broker.send('PUT', path('a'), { ...provisionBody('url'), plan_id: '2' });
    await broker.send('PUT', path('b'), { ...provisionBody('url'), plan_id: '1' });
    const refused = await broker.send('PATCH', path('b'), { service_id: 'url-id', plan_id: '2' });
    expect([refused.status, refused.body]).toMatchObject([400, { error: 'LimitReached' }]);
    expect((await broker.send('GET', path('b'))).body).toMatchObject({ plan_id: '1' });
  });

  test('let a repetition through', async () => {
    const broker = await start({ objects: [limited({ total: 1 })] });
    expect((await provision(broker, 'a')).status).toBe(201);
    expect((await provision(broker, 'a')).status).toBe(200);
  });
});
