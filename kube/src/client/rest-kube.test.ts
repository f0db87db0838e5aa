import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { pagesOf } from '../contract/fixture.js';
import type { KubeError } from '../errors.js';
import type { JsonObject, ListQuery } from '../port.js';
import { CredentialStore } from './credentials.js';
import type { CredentialSource, Credentials } from './credentials.js';
import { RestKube } from './rest-kube.js';
import { Transport } from './transport.js';

const SERVER = 'https://rest-kube.test:6443';
const CONFIG_MAPS = '/api/v1/namespaces/ns/configmaps';
const configMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'ns', name: 'a' },
};
const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns', name: 'a' };
const query: ListQuery = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns' };
const credentials: Credentials = { tls: {}, headers: { Authorization: 'Bearer one' } };

const MANAGER = 'fieldManager=mesitis';
const deleteOptions = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };
const broker = {
  apiVersion: 'servicecatalog.k8s.io/v1beta1',
  kind: 'ClusterServiceBroker',
  metadata: { name: 'b' },
};

/** A call on the port and the request that it should become, as "METHOD path?query". */
interface Sent {
  what: string;
  call: (kube: RestKube) => Promise<unknown>;
  request: string;
  contentType?: string;
  body?: JsonObject | JsonObject[];
}

function connect(read: CredentialSource = () => Promise.resolve(credentials)): RestKube {
  const transport = new Transport({
    serverUrl: SERVER,
    credentials: new CredentialStore(read, () => 0),
    timeoutMs: 5_000,
    wait: () => Promise.resolve(),
  });
  return new RestKube({ transport, serverUrl: SERVER, defaultNamespace: 'ns', fieldManager: 'mesitis' });
}

function status(code: number, reason: string, message = `because of ${reason}`): JsonObject {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message };
}

async function errorOf(call: Promise<unknown>): Promise<KubeError> {
  return call.then(
    () => {
      throw new Error('The call should have failed.');
    },
    (error: unknown) => error as KubeError,
  );
}

describe('the adapter', () => {
  let kube: RestKube;
  beforeEach(() => {
    nock.disableNetConnect();
    kube = connect();
  });
  afterEach(() => {
    kube.close();
    const pending = nock.pendingMocks();
    nock.cleanAll();
    nock.enableNetConnect();
    expect(pending).toEqual([]);
  });
  // nock replaces parts of Node itself, which the next test file of this worker shares.
  afterAll(() => nock.restore());

  it.each<Sent>([
    { what: 'get', call: (k) => k.get(ref), request: `GET ${CONFIG_MAPS}/a` },
    {
      what: 'create',
      call: (k) => k.create(configMap),
      request: `POST ${CONFIG_MAPS}?${MANAGER}`,
      body: configMap,
    },
    {
      what: 'create, dry run',
      call: (k) => k.create(configMap, { dryRun: true }),
      request: `POST ${CONFIG_MAPS}?${MANAGER}&dryRun=All`,
      body: configMap,
    },
    {
      what: 'update',
      call: (k) => k.update(configMap),
      request: `PUT ${CONFIG_MAPS}/a?${MANAGER}`,
      body: configMap,
    },
    {
      what: 'update of a status',
      call: (k) => k.update(broker, { subresource: 'status' }),
      request: `PUT /apis/servicecatalog.k8s.io/v1beta1/clusterservicebrokers/b/status?${MANAGER}`,
      body: broker,
    },
    {
      what: 'a merge patch',
      call: (k) => k.patch(ref, { type: 'merge', body: { data: { a: null } } }),
      request: `PATCH ${CONFIG_MAPS}/a?${MANAGER}`,
      contentType: 'application/merge-patch+json',
      body: { data: { a: null } },
    },
    {
      what: 'a JSON patch',
      call: (k) => k.patch(ref, { type: 'json', body: [{ op: 'remove', path: '/data/a' }] }),
      request: `PATCH ${CONFIG_MAPS}/a?${MANAGER}`,
      contentType: 'application/json-patch+json',
      body: [{ op: 'remove', path: '/data/a' }],
    },
    {
      what: 'apply by force',
      call: (k) => k.apply(configMap, { force: true }),
      request: `PATCH ${CONFIG_MAPS}/a?force=true&${MANAGER}`,
      contentType: 'application/apply-patch+yaml',
      body: configMap,
    },
    { what: 'remove', call: (k) => k.remove(ref), request: `DELETE ${CONFIG_MAPS}/a`, body: deleteOptions },
    {
      what: 'remove with preconditions',
      call: (k) => k.remove(ref, { uid: 'u', propagationPolicy: 'Foreground' }),
      request: `DELETE ${CONFIG_MAPS}/a`,
      body: { ...deleteOptions, propagationPolicy: 'Foreground', preconditions: { uid: 'u' } },
    },
    {
      what: 'remove of a cluster-scoped object',
      call: (k) => k.remove({ apiVersion: 'v1', kind: 'Namespace', name: 'n' }),
      request: 'DELETE /api/v1/namespaces/n',
      body: deleteOptions,
    },
    {
      what: 'raw',
      call: (k) => k.raw('POST', '/api/v1/namespaces/ns/serviceaccounts/s/token?a=b', { spec: {} }),
      request: 'POST /api/v1/namespaces/ns/serviceaccounts/s/token?a=b',
      body: { spec: {} },
    },
  ])('sends $what as it should be', async ({ call, request, contentType = 'application/json', body }) => {
    const [method = '', path = ''] = request.split(' ');
    nock(SERVER, {
      reqheaders: {
        authorization: 'Bearer one',
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      badheaders: body === undefined ? ['content-type'] : [],
    })
      .intercept(path, method, body)
      .reply(200, configMap);
    expect(await call(kube)).toEqual(method === 'DELETE' ? true : configMap);
  });

  it('follows the pages of a list and says kind and apiVersion in its items', async () => {
    const page = (name: string, resume: string) => ({
      metadata: { resourceVersion: '7', continue: resume },
      items: [{ metadata: { name, namespace: 'ns' }, data: { a: 'b' } }],
    });
    const selected = { labelSelector: 'a in (b,c)', limit: '500' };
    nock(SERVER).get(CONFIG_MAPS).query(selected).reply(200, page('one', 'next'));
    nock(SERVER)
      .get(CONFIG_MAPS)
      .query({ ...selected, continue: 'next' })
      .reply(200, page('two', ''));
    const { items, resourceVersion } = await kube.list({ ...query, labelSelector: 'a in (b,c)' });
    expect(resourceVersion).toBe('7');
    expect(items).toEqual(
      ['one', 'two'].map((name) => ({ ...configMap, metadata: { name, namespace: 'ns' }, data: { a: 'b' } })),
    );
  });

  it('takes what the server remembers when asked to, and later pages as they come', async () => {
    nock(SERVER)
      .get(`${CONFIG_MAPS}?limit=500&resourceVersion=0`)
      .reply(200, { metadata: { resourceVersion: '7', continue: 'next' }, items: null });
    nock(SERVER)
      .get(`${CONFIG_MAPS}?limit=500&continue=next`)
      .reply(200, { metadata: { resourceVersion: '7' }, items: null });
    expect(await kube.list(query, { cached: true })).toEqual({ items: [], resourceVersion: '7' });
  });

  it('lists all at once when the server forgot the version of the first page', async () => {
    const one = { metadata: { name: 'one' } };
    nock(SERVER)
      .get(`${CONFIG_MAPS}?limit=500`)
      .reply(200, { metadata: { resourceVersion: '7', continue: 'next' }, items: [one] });
    nock(SERVER).get(`${CONFIG_MAPS}?limit=500&continue=next`).reply(410, status(410, 'Expired'));
    nock(SERVER)
      .get(CONFIG_MAPS)
      .reply(200, { metadata: { resourceVersion: '9' }, items: null });
    expect(await kube.list(query)).toEqual({ items: [], resourceVersion: '9' });
  });

  it('goes on with pages where the server says when it forgot the moment of the first', async () => {
    const page = (name: string, resume: string) => ({
      metadata: { resourceVersion: name, continue: resume },
      items: [{ metadata: { name } }],
    });
    const expired = { ...status(410, 'Expired'), metadata: { continue: 'later' } };
    nock(SERVER).get(`${CONFIG_MAPS}?limit=1`).reply(200, page('one', 'next'));
    nock(SERVER).get(`${CONFIG_MAPS}?limit=1&continue=next`).reply(410, expired);
    nock(SERVER).get(`${CONFIG_MAPS}?limit=1&continue=later`).reply(200, page('two', ''));
    const pages = await pagesOf(kube, query, { limit: 1 });
    expect(pages.map(({ items, resourceVersion }) => [items[0]?.metadata.name, resourceVersion])).toEqual([
      ['one', 'one'],
      ['two', 'two'],
    ]);
  });

  it('fails between pages when the server does not say how to go on', async () => {
    nock(SERVER)
      .get(`${CONFIG_MAPS}?limit=500`)
      .reply(200, { metadata: { continue: 'next' }, items: null });
    nock(SERVER).get(`${CONFIG_MAPS}?limit=500&continue=next`).reply(410, status(410, 'Expired'));
    await expect(pagesOf(kube, query)).rejects.toMatchObject({ kind: 'gone' });
  });

  it('asks for metadata alone and says the kind of the objects all the same', async () => {
    const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
    const item = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'one' } };
    nock(SERVER, { reqheaders: { accept } })
      .get(`${CONFIG_MAPS}?limit=500`)
      .reply(200, { metadata: { resourceVersion: '7' }, items: [item] });
    expect(await pagesOf(kube, query, { metadataOnly: true })).toEqual([
      { items: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } }], resourceVersion: '7' },
    ]);
  });

  it('asks discovery for a kind it does not know, once for each group', async () => {
    const resources = [
      { name: 'notes', kind: 'Note', namespaced: true },
      { name: 'notes/status', kind: 'Note', namespaced: true },
      { name: 'boards', kind: 'Board', namespaced: false },
    ];
    nock(SERVER).get('/apis/x.io/v1').reply(200, { kind: 'APIResourceList', resources });
    nock(SERVER).get('/apis/x.io/v1/namespaces/ns/notes/a').reply(200, configMap);
    nock(SERVER).get('/apis/x.io/v1/boards/b').reply(200, configMap);
    expect(await kube.get({ apiVersion: 'x.io/v1', kind: 'Note', namespace: 'ns', name: 'a' })).toBeDefined();
    expect(await kube.get({ apiVersion: 'x.io/v1', kind: 'Board', name: 'b' })).toBeDefined();
    nock(SERVER).get('/apis/x.io/v1').reply(200, { kind: 'APIResourceList', resources });
    expect(await kube.get({ apiVersion: 'x.io/v1', kind: 'Absent', name: 'a' })).toBeUndefined();
  });

  it.each([
    [{ ...ref, name: '' }, 'cannot name an object'],
    [{ ...ref, name: '..' }, 'cannot name an object'],
    [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a' }, 'has no namespace'],
  ])('never lets an incomplete reference become a request: %j', async (incomplete, message) => {
    expect(await errorOf(kube.remove(incomplete))).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining(message) as unknown,
    });
  });

  it('throws the error that the answer stands for', async () => {
    const path = `${CONFIG_MAPS}?fieldManager=mesitis`;
    nock(SERVER)
      .post(path)
      .reply(409, status(409, 'AlreadyExists', 'configmaps "a" already exists'));
    expect(await errorOf(kube.create(configMap))).toMatchObject({
      name: 'KubeError',
      kind: 'already-exists',
      message: 'configmaps "a" already exists',
    });
    nock(SERVER).post(path).reply(502, '<html>Bad gateway</html>', { 'Content-Type': 'text/html' });
    const error = await errorOf(kube.create(configMap));
    expect(error.message).toMatch(
      `POST ${SERVER}${CONFIG_MAPS} was answered with status 502 and no Kubernetes Status`,
    );
  });

  it('does not take a page for an object', async () => {
    nock(SERVER).get(`${CONFIG_MAPS}/a`).reply(200, '<html>Please log in</html>');
    const error = await errorOf(kube.get(ref));
    expect(error).toMatchObject({ kind: 'unavailable' });
    expect(error.message).not.toContain('log in');
  });

  it('names the server that cannot be reached, and what to look at', async () => {
    nock(SERVER)
      .get(`${CONFIG_MAPS}/a`)
      .replyWithError(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
    const error = await errorOf(kube.get(ref));
    expect(error).toMatchObject({ kind: 'unavailable', status: undefined });
    expect(error.message).toBe(
      `GET ${SERVER}${CONFIG_MAPS}/a failed (ECONNREFUSED); ` +
        'check that the API server runs and that the kubeconfig has its address.',
    );
  });

  it('comes back later when the server asks for it, but not for ever', async () => {
    const path = `${CONFIG_MAPS}?fieldManager=mesitis`;
    const busy = status(429, 'TooManyRequests');
    nock(SERVER).post(path).times(2).reply(429, busy, { 'Retry-After': '1' });
    nock(SERVER).post(path).reply(201, configMap);
    expect(await kube.create(configMap)).toEqual(configMap);
    nock(SERVER).post(path).times(5).reply(429, busy, { 'Retry-After': '1' });
    expect(await errorOf(kube.create(configMap))).toMatchObject({
      kind: 'too-many-requests',
      retryAfterSeconds: 1,
    });
  });

  it('asks for new credentials when they are refused, once', async () => {
    const tokens = ['one', 'two', 'two'];
    const renewing = connect(() =>
      Promise.resolve({ tls: {}, headers: { Authorization: `Bearer ${tokens.shift() ?? ''}` } }),
    );
    const refused = status(401, 'Unauthorized');
    nock(SERVER, { reqheaders: { authorization: 'Bearer one' } })
      .get(`${CONFIG_MAPS}/a`)
      .reply(401, refused);
    nock(SERVER, { reqheaders: { authorization: 'Bearer two' } })
      .get(`${CONFIG_MAPS}/a`)
      .reply(200, configMap);
    expect(await renewing.get(ref)).toEqual(configMap);
    nock(SERVER, { reqheaders: { authorization: 'Bearer two' } })
      .get(`${CONFIG_MAPS}/a`)
      .reply(401, refused);
    expect(await errorOf(renewing.get(ref))).toMatchObject({ kind: 'unauthorized' });
    renewing.close();
  });
});
