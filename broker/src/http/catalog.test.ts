import { describe, expect, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { apiService, entryConfigMap, PROVIDER } from '../testing/fixtures.js';
import { testBrokers } from '../testing/test-broker.js';

const start = testBrokers();

const PLAN = {
  id: 'url-id',
  name: 'api-url-1',
  description: 'The offering url',
  free: true,
  bindable: true,
  plan_updateable: true,
  binding_rotatable: true,
  metadata: {
    mesitis: {
      team: 'api',
      offering: 'url',
      version: '1',
      whitelist: ['client-ns'],
      provisionKind: 'ProvisionNonClusterURL',
      credentialKind: 'CredentialFromCatalog',
    },
  },
};

const SERVICE = {
  id: 'url-id',
  name: 'api-url',
  description: 'The offering url',
  bindable: true,
  plan_updateable: true,
  instances_retrievable: true,
  bindings_retrievable: true,
  allow_context_updates: true,
  tags: [],
  metadata: {},
  plans: [PLAN],
};

describe('the catalog', () => {
  test('is published from the ConfigMaps, without credentials', async () => {
    const { send } = await start({ objects: [entryConfigMap('url')] });
    const answer = await send('GET', '/v2/catalog');
    expect([answer.status, answer.body]).toEqual([200, { services: [SERVICE] }]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  });

  test.each([
    ['2.16', { ...SERVICE, plans: [{ ...PLAN, binding_rotatable: undefined }] }],
    [
      '2.14',
      {
        ...SERVICE,
        allow_context_updates: undefined,
        plans: [{ ...PLAN, binding_rotatable: undefined, plan_updateable: undefined }],
      },
    ],
  ])('leaves out what came after %s', async (version, service) => {
    const { send } = await start({ objects: [entryConfigMap('url')] });
    const { body } = await send('GET', '/v2/catalog', undefined, { 'x-broker-api-version': version });
    // What is undefined here must not be there.
    expect(body).toStrictEqual(JSON.parse(JSON.stringify({ services: [service] })));
  });

  test('is empty when there is nothing, which is a success', async () => {
    const { send } = await start({});
    expect(await send('GET', '/v2/catalog')).toMatchObject({ status: 200, body: { services: [] } });
  });

  test('is 503 and never empty while the ConfigMaps can not be read', async () => {
    const kube = new MemoryKube({
      faults: ({ verb }) => (verb === 'list' ? new KubeError('unavailable', 'no connection') : undefined),
    });
    const { send, broker: running } = await start({ kube, waitForCatalog: false });
    const answer = await send('GET', '/v2/catalog');
    expect([answer.status, answer.body]).toEqual([
      503,
      { error: 'CatalogNotReady', description: expect.stringContaining('has not been read') },
    ]);
    expect(running.isReady()).toBe(false);
    expect(running.status()).toEqual({ ready: false, services: 0, plans: 0, resources: 0, rejected: [] });
  });

  test('has an ETag, the same as long as it does not change, and another for each shape of it', async () => {
    const { send } = await start({ objects: [entryConfigMap('url')] });
    const etagOf = async (version: string): Promise<string | null> =>
      (await send('GET', '/v2/catalog', undefined, { 'x-broker-api-version': version })).headers.get('etag');
    const [newest, again, older] = [await etagOf('2.17'), await etagOf('2.17'), await etagOf('2.14')];
    expect(newest).toMatch(/^"[\w-]{43}"$/);
    expect(again).toBe(newest);
    expect(older).not.toBe(newest);
  });

  test('answers 304 to what it is, and 200 to everything else', async () => {
    const { send } = await start({ objects: [entryConfigMap('url')] });
    const first = await send('GET', '/v2/catalog');
    const etag = first.headers.get('etag') ?? '';
    const date = first.headers.get('last-modified') ?? '';
    const before = 'Thu, 01 Jan 1970 00:00:00 GMT';
    const expected: [Record<string, string>, number][] = [
      [{ 'if-none-match': etag }, 304],
      [{ 'if-none-match': `W/${etag}` }, 304],
      [{ 'if-none-match': `"x", W/"y" ,${etag}` }, 304],
      [{ 'if-none-match': '*' }, 304],
      [{ 'if-none-match': '"other"' }, 200],
      [{ 'if-none-match': etag.slice(1, -1) }, 200],
      [{ 'if-modified-since': date }, 304],
      [{ 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' }, 304],
      [{ 'if-modified-since': before }, 200],
      [{ 'if-modified-since': 'yesterday' }, 200],
      // The ETag decides when both are there.
      [{ 'if-none-match': '"other"', 'if-modified-since': date }, 200],
      [{ 'if-none-match': etag, 'if-modified-since': before }, 304],
    ];
    for (const method of ['GET', 'HEAD']) {
      for (const [headers, status] of expected) {
        // Without this, fetch adds no-cache to every conditional request, which asks for a 200.
        const sent = { 'cache-control': 'max-age=0', ...headers };
        const answer = await send(method, '/v2/catalog', undefined, sent);
        expect([method, headers, answer.status]).toEqual([method, headers, status]);
        expect(answer.headers.get('etag')).toBe(etag);
        expect(answer.headers.get('vary')).toBe('X-Broker-API-Version');
        expect(answer.body === undefined).toBe(status === 304 || method === 'HEAD');
      }
    }
  });

  test('follows the ConfigMaps, with another ETag', async () => {
    const running = await start({ objects: [entryConfigMap('url')] });
    const first = await running.send('GET', '/v2/catalog');
    await running.kube.create(entryConfigMap('second'));
    const changed = await until(async () => {
      const answer = await running.send('GET', '/v2/catalog');
      return answer.headers.get('etag') === first.headers.get('etag') ? undefined : answer;
    });
    expect(changed.body).toMatchObject({ services: [{ name: 'api-second' }, { name: 'api-url' }] });
  });
});

describe('status', () => {
  test('names what is left out and why, logged once, without the payload', async () => {
    const broken = entryConfigMap('broken', {
      version: undefined,
      credentialdata: { password: 'pass-7341' },
    });
    const { broker: running, logs, send } = await start({ objects: [...apiService(), broken] });
    await send('GET', '/v2/catalog');
    await send('GET', '/v2/catalog');
    expect(running.status()).toEqual({
      ready: true,
      services: 1,
      plans: 1,
      resources: 3,
      rejected: [{ configMap: 'broken', reason: expect.stringContaining('version') }],
    });
    const lines = logs.filter(({ msg }) => msg === 'configmap left out');
    expect(lines).toMatchObject([{ configmap: 'broken', reason: expect.stringContaining('version') }]);
    expect(JSON.stringify([running.status(), logs])).not.toContain('pass-7341');
  });

  test('passes over disabled entries and other namespaces', async () => {
    const disabled = entryConfigMap('disabled');
    disabled.metadata.labels = { 'mesitis/kind': 'catalog-entry', 'mesitis/enabled': 'false' };
    const elsewhere = entryConfigMap('elsewhere');
    elsewhere.metadata.namespace = `other-${PROVIDER}`;
    const { broker: running } = await start({ objects: [disabled, elsewhere] });
    expect(running.status()).toMatchObject({ services: 0, rejected: [] });
  });
});

/** Asks again until there is an answer; the change travels through a watch. */
async function until<Value>(ask: () => Promise<Value | undefined>): Promise<Value> {
  for (;;) {
    const value = await ask();
    if (value !== undefined) return value;
  }
}
