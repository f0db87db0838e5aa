import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startSandbox } from '../sandbox.js';
import type { Sandbox } from '../sandbox.js';
import { selfSigned, startWebhook } from './webhook-server.fixture.js';
import type { Certificate, WebhookServer } from './webhook-server.fixture.js';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, labels: object = {}): object => ({
  metadata: { name, labels },
  data: { a: '1' },
});

describe('admission', () => {
  let certificate: Certificate;
  let stranger: Certificate;
  let sandbox: Sandbox;
  let webhook: WebhookServer | undefined;

  beforeAll(() => {
    certificate = selfSigned();
    stranger = selfSigned();
  });
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(async () => {
    await webhook?.close();
    await sandbox.close();
  });

  const send = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const response = await fetch(sandbox.url + path, {
      method,
      headers: { 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    return { status: response.status, warning: response.headers.get('warning'), answer };
  };

  /** Starts a webhook and registers it for writes of ConfigMaps. */
  const register = async (
    answer: Parameters<typeof startWebhook>[1],
    rest: object = {},
    kind = 'ValidatingWebhookConfiguration',
  ): Promise<WebhookServer> => {
    webhook = await startWebhook(certificate, answer);
    const { status } = await send('POST', `/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}s`, {
      metadata: { name: 'hooks' },
      webhooks: [
        {
          name: 'check.mesitis.io',
          clientConfig: { url: webhook.url, caBundle: Buffer.from(certificate.cert).toString('base64') },
          rules: [
            {
              operations: ['CREATE', 'UPDATE', 'DELETE'],
              apiGroups: [''],
              apiVersions: ['v1'],
              resources: ['configmaps'],
            },
          ],
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          ...rest,
        },
      ],
    });
    expect(status).toBe(201);
    return webhook;
  };

  it('shows a webhook who writes what, and passes its warnings on', async () => {
    const { requests } = await register(() => ({ allowed: true, warnings: ['not so "good"'] }));
    const { answer: review } = await send(
      'POST',
      '/api/v1/namespaces/default/serviceaccounts/default/token',
      {},
    );
    const { token = '' } = review['status'] as { token?: string };
    const { status, warning } = await send('POST', CONFIG_MAPS, configMap('a'), {
      Authorization: `Bearer ${token}`,
    });
    expect({ status, warning }).toEqual({ status: 201, warning: '299 - "not so \\"good\\""' });
    expect(requests).toMatchObject([
      {
        kind: { group: '', version: 'v1', kind: 'ConfigMap' },
        resource: { group: '', version: 'v1', resource: 'configmaps' },
        namespace: 'default',
        name: 'a',
        operation: 'CREATE',
        userInfo: { username: 'system:serviceaccount:default:default' },
        object: { apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } },
        oldObject: null,
        dryRun: false,
      },
    ]);
  });

  it('refuses with the words and the code of the webhook, and stores nothing', async () => {
    const status = { code: 422, reason: 'Invalid', message: 'data.a is wrong' };
    await register(() => ({ allowed: false, status }));
    const { answer } = await send('POST', CONFIG_MAPS, configMap('a'));
    expect(answer).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      message: 'admission webhook "check.mesitis.io" denied the request: data.a is wrong',
      reason: 'Invalid',
      code: 422,
    });
    // Of details the server adds none: kubectl would leave the message out.
    expect(answer['details']).toBeUndefined();
    expect((await send('GET', `${CONFIG_MAPS}/a`)).status).toBe(404);
  });

  it('refuses without explanation when there is none', async () => {
    await register(() => ({ allowed: false }));
    const { status, answer } = await send('POST', CONFIG_MAPS, configMap('a'));
    expect(status).toBe(400);
    expect(answer['message']).toBe(
      'admission webhook "check.mesitis.io" denied the request without explanation',
    );
  });

  it('shows an update with the old object and a deletion with nothing else', async () => {
    const { requests } = await register(() => ({ allowed: true }));
    await send('POST', CONFIG_MAPS, configMap('a'));
    const merge = { 'Content-Type': 'application/merge-patch+json' };
    await send('PATCH', `${CONFIG_MAPS}/a`, { data: { a: '2' } }, merge);
    await send('DELETE', `${CONFIG_MAPS}/a`);
    expect(requests.slice(1)).toMatchObject([
      { operation: 'UPDATE', object: { data: { a: '2' } }, oldObject: { data: { a: '1' } } },
      { operation: 'DELETE', object: null, oldObject: { data: { a: '2' } } },
    ]);
  });

  it('stores what a mutating webhook makes of the object', async () => {
    const patch = Buffer.from(JSON.stringify([{ op: 'add', path: '/data/b', value: '2' }])).toString(
      'base64',
    );
    await register(
      () => ({ allowed: true, patchType: 'JSONPatch', patch }),
      {},
      'MutatingWebhookConfiguration',
    );
    await send('POST', CONFIG_MAPS, configMap('a'));
    expect((await send('GET', `${CONFIG_MAPS}/a`)).answer['data']).toEqual({ a: '1', b: '2' });
  });

  it.each([
    ['the objectSelector', { objectSelector: { matchLabels: { watched: 'yes' } } }],
    [
      'the namespaceSelector',
      { namespaceSelector: { matchExpressions: [{ key: 'x', operator: 'Exists' }] } },
    ],
    [
      'the rules',
      { rules: [{ operations: ['*'], apiGroups: ['apps'], apiVersions: ['*'], resources: ['*'] }] },
    ],
    [
      'a rule for subresources',
      { rules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/status'] }] },
    ],
  ])('leaves out what %s leaves out', async (_, rest) => {
    const { requests } = await register(() => ({ allowed: false }), rest);
    expect((await send('POST', CONFIG_MAPS, configMap('a'))).status).toBe(201);
    expect(requests).toEqual([]);
  });

  it('asks when a label is taken away that the objectSelector wants', async () => {
    await register(() => ({ allowed: true }), { objectSelector: { matchLabels: { watched: 'yes' } } });
    await send('POST', CONFIG_MAPS, configMap('a', { watched: 'yes' }));
    await send('PUT', `${CONFIG_MAPS}/a`, configMap('a'));
    expect(webhook?.requests.map(({ operation }) => operation)).toEqual(['CREATE', 'UPDATE']);
  });

  it.each([
    ['Fail', 500],
    ['Ignore', 201],
  ])('with the policy %s answers %i when the certificate is not trusted', async (failurePolicy, expected) => {
    const other = {
      url: 'https://127.0.0.1:1/',
      caBundle: Buffer.from(stranger.cert).toString('base64'),
    };
    const { url } = await register(() => ({ allowed: true }), { clientConfig: other, failurePolicy });
    const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/hooks';
    const patch = [{ op: 'replace', path: '/webhooks/0/clientConfig/url', value: url }];
    await send('PATCH', path, patch, { 'Content-Type': 'application/json-patch+json' });
    expect((await send('POST', CONFIG_MAPS, configMap('a'))).status).toBe(expected);
    expect(webhook?.requests).toEqual([]);
  });

  it('gives a webhook the time that it is registered with', async () => {
    await register(() => undefined, { timeoutSeconds: 1 });
    const { status, answer } = await send('POST', CONFIG_MAPS, configMap('a'));
    expect(status).toBe(500);
    expect(answer['message']).toContain('failed calling webhook "check.mesitis.io"');
  });

  it('says that it cannot reach Services', async () => {
    await register(() => ({ allowed: true }), {
      clientConfig: { service: { namespace: 'default', name: 'hook' } },
    });
    const { answer } = await send('POST', CONFIG_MAPS, configMap('a'));
    expect(answer['message']).toContain('no network to service default/hook');
  });
});
