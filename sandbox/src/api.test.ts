import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startSandbox } from './sandbox.js';
import type { Sandbox } from './sandbox.js';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const WIDGET = {
  metadata: { name: 'widgets.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets', shortNames: ['wd'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
      },
    ],
  },
};

describe('the API', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.close());

  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(sandbox.url + path, {
      method,
      headers: { 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const json = async (answer: Promise<Response>): Promise<Record<string, unknown>> =>
    (await (await answer).json()) as Record<string, unknown>;
  const get = (path: string, accept = 'application/json') =>
    json(send('GET', path, undefined, { Accept: accept }));

  describe('discovery', () => {
    it('names groups, versions and resources', async () => {
      expect(await get('/api')).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
      expect(await get('/apis/apps')).toMatchObject({ preferredVersion: { groupVersion: 'apps/v1' } });
      expect(await get('/apis/apps/v1')).toMatchObject({
        groupVersion: 'apps/v1',
        resources: expect.arrayContaining([
          expect.objectContaining({
            name: 'deployments',
            kind: 'Deployment',
            namespaced: true,
            shortNames: ['deploy'],
          }),
          expect.objectContaining({ name: 'deployments/status' }),
        ]) as unknown,
      });
    });

    it('serves a kind from its definition until the definition goes', async () => {
      const widgets = '/apis/example.org/v1/namespaces/default/widgets';
      expect((await send('POST', widgets, { metadata: { name: 'a' } })).status).toBe(404);
      const definition = await json(
        send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', WIDGET),
      );
      expect(definition['status']).toMatchObject({
        conditions: expect.arrayContaining([
          expect.objectContaining({ type: 'Established', status: 'True' }),
        ]) as unknown,
      });
      expect(await get('/apis/example.org/v1')).toMatchObject({
        resources: [{ name: 'widgets', shortNames: ['wd'] }],
      });
      expect((await send('POST', widgets, { metadata: { name: 'a' } })).status).toBe(201);
      await send('DELETE', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.org');
      expect((await send('GET', widgets)).status).toBe(404);
      expect(sandbox.server.store.all().filter(({ object }) => object.kind === 'Widget')).toEqual([]);
    });

    it('tells kubectl that validation is the matter of the server', async () => {
      expect(await get('/openapi/v3')).toMatchObject({
        paths: { 'api/v1': { serverRelativeURL: '/openapi/v3/api/v1' } },
      });
      expect(await get('/openapi/v3/api/v1')).toMatchObject({
        paths: {
          '/api/v1/namespaces/{namespace}/configmaps/{name}': {
            patch: {
              parameters: expect.arrayContaining([
                expect.objectContaining({ name: 'fieldValidation' }),
              ]) as unknown,
            },
          },
        },
      });
    });
  });

  it('prints Tables, with the columns of a definition', async () => {
    await send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', WIDGET);
    const widgets = '/apis/example.org/v1/namespaces/default/widgets';
    await send('POST', widgets, { metadata: { name: 'a' }, spec: { size: 3 } });
    expect(await get(widgets, 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json')).toMatchObject(
      {
        kind: 'Table',
        columnDefinitions: [{ name: 'Name' }, { name: 'Size' }],
        rows: [{ cells: ['a', 3], object: { kind: 'PartialObjectMetadata', metadata: { name: 'a' } } }],
      },
    );
  });

  it('words errors as an API server does', async () => {
    await send('POST', CONFIG_MAPS, { metadata: { name: 'a' } });
    expect(await json(send('POST', CONFIG_MAPS, { metadata: { name: 'a' } }))).toMatchObject({
      kind: 'Status',
      message: 'configmaps "a" already exists',
      reason: 'AlreadyExists',
      code: 409,
      details: { kind: 'configmaps' },
    });
    expect(await get(`${CONFIG_MAPS}/b`)).toMatchObject({
      message: 'configmaps "b" not found',
      reason: 'NotFound',
    });
    expect(
      await json(send('POST', '/api/v1/namespaces/none/configmaps', { metadata: { name: 'a' } })),
    ).toMatchObject({
      message: 'namespaces "none" not found',
    });
    expect(await json(send('PUT', `${CONFIG_MAPS}/a`, { metadata: { name: 'b' } }))).toMatchObject({
      code: 400,
    });
    expect(await json(send('POST', CONFIG_MAPS, { metadata: { name: 'B!' } }))).toMatchObject({
      reason: 'Invalid',
      details: { kind: 'ConfigMap', name: 'B!', causes: [{ field: 'metadata.name' }] },
    });
  });

  it.each([
    ['application/merge-patch+json', { data: { a: null, b: '2' } }],
    [
      'application/json-patch+json',
      [
        { op: 'move', from: '/data/a', path: '/data/b' },
        { op: 'replace', path: '/data/b', value: '2' },
      ],
    ],
    ['application/strategic-merge-patch+json', { data: { a: null, b: '2' } }],
  ])('patches with %s', async (type, patch) => {
    await send('POST', CONFIG_MAPS, { metadata: { name: 'a' }, data: { a: '1' } });
    expect(await json(send('PATCH', `${CONFIG_MAPS}/a`, patch, { 'Content-Type': type }))).toMatchObject({
      data: { b: '2' },
    });
  });

  it('refuses a patch of a kind that it does not know', async () => {
    await send('POST', CONFIG_MAPS, { metadata: { name: 'a' } });
    const response = await send('PATCH', `${CONFIG_MAPS}/a`, {}, { 'Content-Type': 'application/yaml' });
    expect(response.status).toBe(415);
  });

  it('gives a namespace a service account and takes all that is in it along', async () => {
    await send('POST', '/api/v1/namespaces', { metadata: { name: 'short' } });
    expect((await send('GET', '/api/v1/namespaces/short/serviceaccounts/default')).status).toBe(200);
    await send('POST', '/api/v1/namespaces/short/configmaps', { metadata: { name: 'a' } });
    await send('DELETE', '/api/v1/namespaces/short');
    expect((await send('GET', '/api/v1/namespaces/short')).status).toBe(404);
    expect(sandbox.server.store.all().filter(({ object }) => object.metadata.namespace === 'short')).toEqual(
      [],
    );
  });

  it('deletes what a selector selects', async () => {
    for (const [name, group] of [
      ['a', 'x'],
      ['b', 'x'],
      ['c', 'y'],
    ]) {
      await send('POST', CONFIG_MAPS, { metadata: { name, labels: { group } } });
    }
    await send('DELETE', `${CONFIG_MAPS}?labelSelector=group%3Dx`);
    expect(await get(CONFIG_MAPS)).toMatchObject({ items: [{ metadata: { name: 'c' } }] });
  });

  it('answers reviews: everything is allowed, and a token tells whose it is', async () => {
    const access = await json(
      send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec: {} }),
    );
    expect(access['status']).toEqual({ allowed: true });
    const path = '/api/v1/namespaces/default/serviceaccounts/default/token';
    const request = await json(send('POST', path, { spec: { expirationSeconds: 600 } }));
    const { token = '' } = request['status'] as { token?: string };
    const review = await json(
      send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token } }),
    );
    expect(review['status']).toMatchObject({
      authenticated: true,
      user: { username: 'system:serviceaccount:default:default' },
    });
    expect((await send('POST', path.replace('/default/token', '/absent/token'), {})).status).toBe(404);
  });

  it('ends a watch after its time', async () => {
    const response = await send('GET', `${CONFIG_MAPS}?watch=true&timeoutSeconds=1`);
    expect(await response.text()).toBe('');
  });

  it('says in the stream that a version is too old', async () => {
    await send('POST', CONFIG_MAPS, { metadata: { name: 'a' } });
    sandbox.server.store.compact();
    const event = await json(send('GET', `${CONFIG_MAPS}?watch=true&resourceVersion=1`));
    expect(event).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  });

  describe('faults', () => {
    it('meet the requests that they are meant for, as often as told', async () => {
      sandbox.faults.add({
        match: { verb: 'list', resource: 'configmaps' },
        kind: 'internal-error',
        times: 2,
      });
      expect((await send('GET', '/api/v1/namespaces')).status).toBe(200);
      const statuses = [];
      for (let call = 0; call < 3; call += 1) statuses.push((await send('GET', CONFIG_MAPS)).status);
      expect(statuses).toEqual([500, 500, 200]);
    });

    it.each([
      [{ kind: 'conflict' }, 409, 'Conflict'],
      [{ kind: 'gone' }, 410, 'Expired'],
      [{ kind: 'too-many-requests', retryAfterSeconds: 7 }, 429, 'TooManyRequests'],
    ] as const)('%j', async (fault, status, reason) => {
      sandbox.faults.add({ match: () => true, ...fault });
      const response = await send('GET', CONFIG_MAPS);
      expect(response.status).toBe(status);
      expect(response.headers.get('retry-after')).toBe(status === 429 ? '7' : null);
      expect(await response.json()).toMatchObject({ reason });
    });

    it('cut a connection before its answer', async () => {
      sandbox.faults.add({ match: { name: 'a' }, kind: 'cut' });
      await expect(send('GET', `${CONFIG_MAPS}/a`)).rejects.toThrow();
    });

    it('cut all connections at once', async () => {
      const response = await send('GET', `${CONFIG_MAPS}?watch=true`);
      sandbox.cutConnections();
      await expect(response.text()).rejects.toThrow();
    });

    it('let a request wait', async () => {
      sandbox.faults.add({ match: { verb: 'get' }, kind: 'latency', milliseconds: 50 });
      const start = performance.now();
      await send('GET', `${CONFIG_MAPS}/a`);
      expect(performance.now() - start).toBeGreaterThan(45);
    });
  });
});
