import { describe, expect, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import type { VaultAuth } from '@mesitis/offering';
import { data, loggedIn, ScriptedVault } from '../testing/scripted-vault.js';
import type { ScriptedAnswer } from '../testing/scripted-vault.js';
import type { VaultCredential } from '../vault/vault-credential.js';
import { CredentialFromVault } from './from-vault.js';

const BINDING = { instanceId: 'i', bindingId: 'b', provisionNamespace: undefined, parameters: {} };
const LOGIN = 'POST auth/kubernetes/login';
const KV2 = { path: 'secret/', type: 'kv', options: { version: '2' } };
const SECRETS: Record<string, Record<string, string>> = {
  'my-token': { token: 'hvs.provider\n' },
  'my-approle': { role_id: 'the-role-id', secret_id: 'the-secret-id' },
  'half-approle': { role_id: 'the-role-id', secret_id: ' ' },
};

function credential(
  vaultPath: string,
  vaultAuth: VaultAuth = { method: 'kubernetes', role: 'broker' },
): VaultCredential {
  return { kind: 'CredentialFromVault', vaultUrl: 'https://vault', vaultAuth, vaultPath };
}

/** A source at a scripted Vault, with a clock that moves when told. */
function sourceAt(
  script: Record<string, ScriptedAnswer | ScriptedAnswer[]>,
  readServiceAccountToken = async (): Promise<string> => Promise.resolve('jwt'),
): { source: CredentialFromVault; vault: ScriptedVault; clock: { now: number } } {
  const vault = new ScriptedVault(script);
  const clock = { now: 1_000_000 };
  const source = new CredentialFromVault({
    kube: {
      get: async ({ name }): Promise<KubeObject | undefined> => {
        if (name === 'forbidden') throw new KubeError('forbidden', 'secrets "forbidden" is forbidden');
        const data: Record<string, string> = {};
        for (const [key, text] of Object.entries(SECRETS[name] ?? {})) data[key] = btoa(text);
        const secret: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data };
        return Promise.resolve(name in SECRETS ? secret : undefined);
      },
    },
    namespace: 'provider-ns',
    send: vault.send,
    readServiceAccountToken,
    now: () => clock.now,
    random: () => 0,
    wait: async () => Promise.resolve(),
  });
  return { source, vault, clock };
}

const missing = (warnings: string[] = []): ScriptedAnswer => ({
  status: 404,
  body: { errors: [], warnings },
});
const forbidden: ScriptedAnswer = { status: 403, body: { errors: ['permission denied'] } };
const VERSIONED = 'Invalid path for a versioned K/V secrets engine. See the API docs.';
const versioned = data({ data: { a: 'b' }, metadata: { version: 3, created_time: 'now' } });

describe('a path whose engine Vault does not tell', () => {
  test.each<[string, Record<string, ScriptedAnswer>, JsonObject]>([
    ['KV v1 as it is written', { 'GET secret/app': data({ a: 'b' }) }, { a: 'b' }],
    ['KV v2 as it is written', { 'GET secret/app': versioned }, { a: 'b' }],
    [
      'KV v2 without data/',
      { 'GET secret/app': missing([VERSIONED]), 'GET secret/data/app': versioned },
      { a: 'b' },
    ],
    ['KV v2 under a policy for data/ alone', { 'GET secret/data/app': versioned }, { a: 'b' }],
    [
      'a secret with keys like those of KV v2',
      { 'GET secret/app': data({ data: 'd', metadata: 'm' }) },
      { data: 'd', metadata: 'm' },
    ],
  ])('%s', async (_what, script, values) => {
    const { source } = sourceAt({ [LOGIN]: loggedIn('t'), ...script });
    expect(await source.deliver(credential('secret/app'), BINDING, undefined)).toEqual({ values });
  });

  test.each<[string, Record<string, ScriptedAnswer>, string]>([
    ['forbidden in both spellings', {}, 'forbids to read "secret/app"'],
    [
      'missing with data/',
      { 'GET secret/app': missing([VERSIONED]), 'GET secret/data/app': missing() },
      'has no secret at "secret/data/app"',
    ],
    ['forbidden with data/', { 'GET secret/app': missing([VERSIONED]) }, 'forbids to read "secret/data/app"'],
    ['missing without a word of versions', { 'GET secret/app': missing() }, 'has no secret at "secret/app"'],
    [
      'refused',
      { 'GET secret/app': { status: 405, body: { errors: [] } } },
      '"secret/app" in Vault https://vault can not be read',
    ],
  ])('%s', async (_what, script, message) => {
    const { source } = sourceAt({ [LOGIN]: loggedIn('t'), ...script });
    await expect(source.deliver(credential('secret/app'), BINDING, undefined)).rejects.toMatchObject({
      code: 'OfferingMisconfigured',
      message: expect.stringContaining(message),
    });
  });

  test('one login serves one reading after the other', async () => {
    const { source, vault } = sourceAt({ [LOGIN]: loggedIn('t'), 'GET secret/app': data({ a: 'b' }) });
    for (let count = 0; count < 3; count += 1)
      await source.deliver(credential('secret/app'), BINDING, undefined);
    expect(vault.asked.filter((request) => request === LOGIN)).toHaveLength(1);
  });
});

describe('a login at Vault', () => {
  test('an ended token is renewed by one new login', async () => {
    const { source, vault, clock } = sourceAt({
      [LOGIN]: [loggedIn('t-1'), loggedIn('t-2')],
      'GET sys/internal/ui/mounts/secret/app': [data(KV2), forbidden, data(KV2)],
      'GET secret/data/app': versioned,
    });
    await source.deliver(credential('secret/app'), BINDING, undefined);
    clock.now += 1000;
    expect(await source.deliver(credential('secret/app'), BINDING, undefined)).toEqual({
      values: { a: 'b' },
    });
    expect(vault.requests.filter(({ path }) => path === 'secret/data/app').map(({ token }) => token)).toEqual(
      ['t-1', 't-2'],
    );
  });

  test.each<[string, VaultAuth, ScriptedAnswer, string]>([
    [
      'a Secret that is missing',
      { method: 'token', secretName: 'nowhere' },
      loggedIn('t'),
      'Secret provider-ns/nowhere, which vaultauth names, does not exist; ask the provider to create it',
    ],
    [
      'a Secret without a key',
      { method: 'approle', secretName: 'half-approle' },
      loggedIn('t'),
      'Secret provider-ns/half-approle has no key "secret_id", which vaultauth needs; ask the provider to add it',
    ],
    [
      'a Secret that the broker may not read',
      { method: 'kubernetes', role: 'broker', caSecretName: 'forbidden' },
      loggedIn('t'),
      'reading Secret provider-ns/forbidden was refused: secrets "forbidden" is forbidden; ask the provider to give the broker that right, or to correct the offering',
    ],
    [
      'a role that is not there',
      { method: 'kubernetes', role: 'broker' },
      { status: 400, body: { errors: ['invalid role name "broker"'] } },
      'the login at Vault https://vault was refused (400); ask the provider to check that the role "broker" exists at auth/kubernetes and admits the ServiceAccount of the broker',
    ],
    [
      'a second factor',
      { method: 'kubernetes', role: 'broker' },
      { status: 200, body: { auth: { client_token: '', mfa_requirement: {} } } },
      'the login at Vault https://vault was refused (200); ask the provider to check that the role "broker" exists at auth/kubernetes and admits the ServiceAccount of the broker',
    ],
    [
      'another server',
      { method: 'kubernetes', role: 'broker' },
      { status: 404 },
      `Vault https://vault answered POST auth/kubernetes/login with something that is not Vault's (404); ask the provider to correct vaulturl`,
    ],
    [
      'a redirect to a login page',
      { method: 'kubernetes', role: 'broker' },
      { status: 302, location: 'https://sso/login' },
      'Vault https://vault redirects POST auth/kubernetes/login to a place that is not followed (another path, or from https to http); ask the provider to name the active node or its Service in vaulturl',
    ],
  ])('fails at %s', async (_what, vaultAuth, answer, message) => {
    const { source } = sourceAt({ [LOGIN]: answer });
    await expect(
      source.deliver(credential('secret/app', vaultAuth), BINDING, undefined),
    ).rejects.toMatchObject({ message });
  });

  test('needs the token of the ServiceAccount', async () => {
    const { source } = sourceAt({}, async () => Promise.reject(new Error('ENOENT')));
    await expect(source.deliver(credential('secret/app'), BINDING, undefined)).rejects.toMatchObject({
      code: 'OfferingMisconfigured',
      message: expect.stringContaining('automountServiceAccountToken'),
    });
  });

  test.each<[string, VaultAuth, JsonObject]>([
    ['auth/kubernetes', { method: 'kubernetes', role: 'broker' }, { role: 'broker', jwt: 'jwt' }],
    [
      'auth/clusters/a',
      { method: 'kubernetes', role: 'broker', mount: '/clusters/a/' },
      { role: 'broker', jwt: 'jwt' },
    ],
    [
      'auth/approle',
      { method: 'approle', secretName: 'my-approle' },
      { role_id: 'the-role-id', secret_id: 'the-secret-id' },
    ],
  ])('goes to %s', async (mount, vaultAuth, body) => {
    const { source, vault } = sourceAt({
      [`POST ${mount}/login`]: loggedIn('t'),
      'GET secret/app': data({ a: 'b' }),
    });
    await source.deliver(credential('secret/app', vaultAuth), BINDING, undefined);
    expect(vault.requests[0]).toEqual({ method: 'POST', path: `${mount}/login`, body });
  });

  test('with the provider’s token prolongs it in the second half of its life, and uses it in any case', async () => {
    const { source, vault } = sourceAt({
      'GET auth/token/lookup-self': data({ ttl: 1000, creation_ttl: 3600, renewable: true }),
      'POST auth/token/renew-self': loggedIn('hvs.provider'),
      'GET secret/app': data({ a: 'b' }),
    });
    const vaultAuth: VaultAuth = { method: 'token', secretName: 'my-token' };
    expect(await source.deliver(credential('secret/app', vaultAuth), BINDING, undefined)).toEqual({
      values: { a: 'b' },
    });
    expect(vault.asked.slice(0, 2)).toEqual(['GET auth/token/lookup-self', 'POST auth/token/renew-self']);
    expect(new Set(vault.requests.map(({ token }) => token))).toEqual(new Set(['hvs.provider']));
  });
});

describe('a lease', () => {
  const SCRIPT = {
    [LOGIN]: [loggedIn('t-1'), loggedIn('t-2')],
    'GET sys/internal/ui/mounts/database/creds/app': data({ path: 'database/', type: 'database' }),
    'GET database/creds/app': data(
      { username: 'u', password: 'p' },
      { lease_id: 'database/creds/app/l-1', lease_duration: 600, renewable: true },
    ),
  };

  async function bound(
    more: Record<string, ScriptedAnswer | ScriptedAnswer[]> = {},
  ): ReturnType<typeof issue> {
    return issue(sourceAt({ ...SCRIPT, ...more }));
  }

  async function issue(
    stage: ReturnType<typeof sourceAt>,
  ): Promise<ReturnType<typeof sourceAt> & { issued: JsonObject }> {
    const { issued = {} } = await stage.source.deliver(credential('database/creds/app'), BINDING, undefined);
    return { ...stage, issued };
  }

  const renewed = (seconds: number): ScriptedAnswer => ({
    status: 200,
    body: { lease_id: 'x', renewable: true, lease_duration: seconds },
  });

  test('is asked for its whole time again, with the token of the binding, which is prolonged first', async () => {
    const { source, vault, issued, clock } = await bound({
      'POST auth/token/renew-self': loggedIn('t-1'),
      'PUT sys/leases/renew': renewed(600),
    });
    clock.now += 300_000;
    const after = await source.renew(issued);
    expect(vault.requests.slice(-2)).toEqual([
      { method: 'POST', path: 'auth/token/renew-self', token: 't-1', body: { increment: '3600s' } },
      {
        method: 'PUT',
        path: 'sys/leases/renew',
        token: 't-1',
        body: { lease_id: 'database/creds/app/l-1', increment: 600 },
      },
    ]);
    expect([after?.expiresAt, source.renewalDue(after?.issued ?? {})]).toEqual([1_900_000, 1_600_000]);
  });

  test.each<[string, ScriptedAnswer, unknown]>([
    ['is prolonged by half of it', renewed(300), expect.objectContaining({ expiresAt: 1_600_000 })],
    ['is at its longest with less', renewed(299), undefined],
    [
      'is over when Vault has no such lease',
      { status: 400, body: { errors: ['lease not found'] } },
      undefined,
    ],
    [
      'is over when it can not be renewed',
      { status: 400, body: { errors: ['lease is not renewable'] } },
      undefined,
    ],
    [
      'is over with its token',
      { status: 403, body: { errors: ['permission denied', 'invalid token'] } },
      undefined,
    ],
  ])('%s', async (_what, answer, outcome) => {
    const { source, issued, clock } = await bound({
      'POST auth/token/renew-self': loggedIn('t-1'),
      'PUT sys/leases/renew': answer,
    });
    clock.now += 300_000;
    expect(await source.renew(issued)).toEqual(outcome);
  });

  test.each<[string, ScriptedAnswer, string, string]>([
    [
      'the engine fails',
      { status: 400, body: { errors: ['failed to renew entry: pq: the password is p'] } },
      'CredentialSourceUnavailable',
      'could not renew the lease',
    ],
    ['it is forbidden', forbidden, 'OfferingMisconfigured', '"update" on sys/leases/renew'],
    ['Vault fails', { status: 500 }, 'CredentialSourceUnavailable', 'failed at PUT sys/leases/renew'],
  ])('is tried again when %s, and given up when its time is over', async (_what, answer, code, message) => {
    const { source, issued, clock } = await bound({
      'POST auth/token/renew-self': loggedIn('t-1'),
      'PUT sys/leases/renew': answer,
    });
    clock.now += 599_000;
    await expect(source.renew(issued)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
    clock.now += 1000;
    expect(await source.renew(issued)).toBeUndefined();
  });

  test('is revoked with the token of the binding, before that', async () => {
    const { source, vault, issued } = await bound({
      'PUT sys/leases/revoke': { status: 204 },
      'POST auth/token/revoke-self': { status: 204 },
    });
    await source.revoke(issued);
    expect(vault.requests.slice(-2)).toEqual([
      {
        method: 'PUT',
        path: 'sys/leases/revoke',
        token: 't-1',
        body: { lease_id: 'database/creds/app/l-1', sync: true },
      },
      { method: 'POST', path: 'auth/token/revoke-self', token: 't-1', body: {} },
    ]);
  });

  test('counts as given back when Vault does not know it, its token, or when its time is over', async () => {
    const unknown = await bound({
      'PUT sys/leases/revoke': { status: 400, body: { errors: ['invalid lease'] } },
    });
    await unknown.source.revoke(unknown.issued);
    const tokenless = await bound({
      'PUT sys/leases/revoke': forbidden,
      'POST auth/token/revoke-self': { status: 403, body: { errors: ['bad token'] } },
    });
    await tokenless.source.revoke(tokenless.issued);
    const ended = await bound();
    ended.clock.now += 600_000;
    await ended.source.revoke(ended.issued);
  });

  test('keeps nothing from being deleted once its time is over, though Vault is gone for ever', async () => {
    const gone = await bound({ 'PUT sys/leases/revoke': 'ECONNREFUSED' });
    gone.clock.now += 599_000;
    await expect(gone.source.revoke(gone.issued)).rejects.toMatchObject({
      code: 'CredentialSourceUnavailable',
    });
    gone.clock.now += 1_000;
    await gone.source.revoke(gone.issued);
  });

  test('that its own token may not revoke is revoked by a login of today, or it is said who may not', async () => {
    const { source, vault, issued } = await bound({ 'PUT sys/leases/revoke': [forbidden, { status: 204 }] });
    await source.revoke(issued);
    expect(vault.requests.at(-1)).toMatchObject({ path: 'sys/leases/revoke', token: 't-2' });
    const never = await bound();
    await expect(never.source.revoke(never.issued)).rejects.toMatchObject({
      code: 'OfferingMisconfigured',
      message: expect.stringContaining('the capability "update" on sys/leases/revoke'),
    });
  });

  test('a record of something else is a mistake of ours, without its content', async () => {
    const { source } = sourceAt({});
    await expect(source.revoke({ kind: 'CredentialFromVault', token: 'hvs.x' })).rejects.toThrow(
      'the record of a binding does not hold a lease of Vault where one is expected',
    );
  });
});
