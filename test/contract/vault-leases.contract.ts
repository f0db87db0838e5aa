import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { VaultCredential } from '@mesitis/broker/vault';
import type { JsonObject } from '@mesitis/kube';
import { VaultServer } from '../vault/server.js';
import { VaultStage } from '../vault/vault-stage.js';

/** What the ServiceAccount of the broker is, by its token. */
const ACCOUNTS = new Map([
  ['jwt-1', { namespace: 'provider-ns', name: 'broker' }],
  ['jwt-2', { namespace: 'provider-ns', name: 'broker' }],
  ['jwt-other', { namespace: 'other-ns', name: 'broker' }],
]);

describe('dynamic secrets of Vault', () => {
  let server: VaultServer;
  let stage: VaultStage;
  let jwt = 'jwt-1';

  beforeEach(async () => {
    jwt = 'jwt-1';
    server = await VaultServer.start({ reviewToken: (token) => ACCOUNTS.get(token) });
    const vault = {
      url: server.url,
      rootToken: server.state.rootToken,
      now: () => server.state.now(),
      close: async () => server.close(),
    };
    stage = new VaultStage(vault, { serviceAccountToken: () => jwt });
    await stage.admin('POST', 'sys/mounts/database', { type: 'database' });
    await stage.admin('POST', 'database/roles/app', { default_ttl: '1h', max_ttl: '24h' });
    await stage.admin('POST', 'sys/auth/kubernetes', { type: 'kubernetes' });
  });

  afterEach(async () => stage.close());

  /** An offering with a login by ServiceAccount whose tokens live as given. */
  async function offering(token: JsonObject = {}): Promise<VaultCredential> {
    const policy = await stage.policy({ 'database/creds/app': ['read'] });
    await stage.admin('POST', 'auth/kubernetes/role/broker', {
      bound_service_account_names: 'broker',
      bound_service_account_namespaces: 'provider-ns',
      token_policies: policy,
      token_ttl: '2h',
      ...token,
    });
    return stage.credential({ method: 'kubernetes', role: 'broker' }, 'database/creds/app');
  }

  /** Binds; gives what the record keeps. */
  async function bind(credential: VaultCredential): Promise<JsonObject> {
    const { issued } = await stage.deliver(credential);
    if (issued === undefined) throw new Error('nothing was issued');
    return issued;
  }

  /** Renews whenever it is due, for so many hours; gives what is kept at the end. */
  async function keepFor(hours: number, issued: JsonObject): Promise<JsonObject | undefined> {
    const end = server.state.now() + hours * 3_600_000;
    let kept = issued;
    for (;;) {
      const due = stage.source.renewalDue(kept);
      if (due === undefined || due > end) {
        server.state.advance((end - server.state.now()) / 1000);
        return kept;
      }
      server.state.advance(Math.max(0, (due - server.state.now()) / 1000));
      const renewed = await stage.source.renew(kept);
      if (renewed === undefined) return undefined;
      kept = renewed.issued;
    }
  }

  test('a binding gets an account of its own, the same each time, until it is revoked', async () => {
    const credential = await offering();
    const first = await stage.deliver(credential);
    expect(server.accounts('database')).toEqual([first.values['username']]);
    const asked = server.journal.length;
    expect(await stage.deliver({ ...credential, keys: { username: 'USER' } }, first.issued)).toMatchObject({
      values: { USER: first.values['username'] },
      expiresAt: first.expiresAt,
    });
    expect(server.journal.length).toBe(asked);
    const second = await bind(credential);
    expect(server.accounts('database')).toHaveLength(2);
    await stage.source.revoke(first.issued ?? {});
    expect(server.accounts('database')).toHaveLength(1);
    await stage.source.revoke(first.issued ?? {});
    await stage.source.revoke(second);
    expect(server.accounts('database')).toEqual([]);
  });

  test('the end of the lease is told, and half-way it is due', async () => {
    const before = server.state.now();
    const { issued = {}, expiresAt = 0 } = await stage.deliver(await offering());
    const after = server.state.now();
    expect(expiresAt).toBeGreaterThanOrEqual(before + 3_600_000);
    expect(expiresAt).toBeLessThanOrEqual(after + 3_600_000);
    expect(stage.source.renewalDue(issued)).toBeGreaterThanOrEqual(before + 1_799_000);
    expect(stage.source.renewalDue(issued)).toBeLessThanOrEqual(after + 1_800_000);
  });

  test('a lease outlives the token that other bindings log in with', async () => {
    const credential = await offering({ token_ttl: '40m', token_period: '40m' });
    const issued = await bind(credential);
    const account = server.accounts('database');
    const kept = await keepFor(20, issued);
    expect(server.accounts('database')).toEqual(account);
    expect(await stage.deliver(credential, kept)).toMatchObject({ values: { username: account[0] } });
  });

  test.each([
    ['the lease', { token_period: '2h' }, 24],
    ['the token', { token_ttl: '1h', token_max_ttl: '6h' }, 6],
  ])('is renewed until the longest life of %s', async (_what, token, hours) => {
    const credential = await offering(token);
    const issued = await bind(credential);
    const start = server.state.now();
    expect(await keepFor(hours + 1, issued)).toBeUndefined();
    // The last account is there until its time is really up.
    expect(server.accounts('database')).toHaveLength(1);
    expect((server.state.now() - start) / 3_600_000).toBeGreaterThan(hours - 1);
    server.state.advance(3_600);
    expect(server.accounts('database')).toEqual([]);
    expect(await stage.source.renew(issued)).toBeUndefined();
    expect(await stage.failureOf(stage.deliver(credential, issued))).toMatchObject({
      code: 'OfferingMisconfigured',
      message: expect.stringMatching(
        /^the credentials of this binding ended at .*; delete the binding and bind again$/,
      ),
    });
    await stage.source.revoke(issued);
  });

  test('what can not be renewed is never due', async () => {
    await stage.admin('POST', 'database/roles/app', { default_ttl: '1h', max_ttl: '1h', renewable: false });
    const { issued = {}, expiresAt } = await stage.deliver(await offering());
    expect([typeof expiresAt, stage.source.renewalDue(issued)]).toEqual(['number', undefined]);
    // A token that ends before its lease is prolonged all the same.
    const short = await stage.deliver(await offering({ token_ttl: '10m' }));
    expect(stage.source.renewalDue(short.issued ?? {})).toBeGreaterThan(0);
    const kept = await keepFor(0.9, short.issued ?? {});
    expect(await stage.deliver(await offering(), kept)).toMatchObject({ values: short.values });
  });

  test('the batch tokens of a login are revoked lease by lease', async () => {
    const policy = await stage.policy({ 'database/creds/app': ['read'], 'sys/leases/revoke': ['update'] });
    const issued = await bind(await offering({ token_type: 'batch', token_policies: policy }));
    await stage.source.revoke(issued);
    expect(server.accounts('database')).toEqual([]);
  });

  test('without the right to revoke, the token of the binding takes the lease with it', async () => {
    const issued = await bind(await offering({ token_no_default_policy: false }));
    await stage.source.revoke(issued);
    const last = server.journal.slice(-2).map(({ path, status }) => [path, status]);
    expect(last).toEqual([
      ['sys/leases/revoke', 403],
      ['auth/token/revoke-self', 204],
    ]);
    expect(server.accounts('database')).toEqual([]);
  });

  test('the own token of the provider stays, and needs that right', async () => {
    const { auth } = await stage.tokenFor({ 'database/creds/app': ['read'] });
    const issued = await bind(stage.credential(auth, 'database/creds/app'));
    expect(JSON.stringify(issued)).not.toContain('hvs.');
    expect(await stage.failureOf(stage.source.revoke(issued))).toEqual({
      code: 'OfferingMisconfigured',
      message: `Vault URL forbids to revoke the lease of "database/creds/app"; ask the provider to give a policy of the broker's login the capability "update" on sys/leases/revoke`,
    });
    await stage.tokenFor({ 'sys/leases/revoke': ['update'] });
    await stage.source.revoke(issued);
    expect(server.accounts('database')).toEqual([]);
  });

  test('an engine that fails at revoking is asked again later', async () => {
    const policy = await stage.policy({ 'database/creds/app': ['read'], 'sys/leases/revoke': ['update'] });
    const issued = await bind(await offering({ token_policies: policy }));
    server.fail({ status: 400, body: { errors: ['failed to revoke entry: dial tcp: connection refused'] } });
    expect(await stage.failureOf(stage.source.revoke(issued))).toMatchObject({
      code: 'CredentialSourceUnavailable',
    });
    await stage.source.revoke(issued);
    expect(server.accounts('database')).toEqual([]);
  });

  test('what can not be delivered is given back at once', async () => {
    const credential = { ...(await offering()), keys: { nothing: 'PASSWORD' } };
    expect(await stage.failureOf(stage.deliver(credential))).toEqual({
      code: 'OfferingMisconfigured',
      message:
        'Vault path "database/creds/app" has no key "nothing"; ask the provider to add it or to correct credentialdata.keys',
    });
    expect(server.accounts('database')).toEqual([]);
  });

  test('an answer that was lost leaves nothing behind once the binding is gone', async () => {
    const credential = await offering();
    await stage.deliver(credential);
    const [kept] = server.accounts('database');
    // Vault issued, but the answer to the reading never arrived.
    const issue = server.journal.length;
    server.loseAnswerOf('database/creds/app');
    const issued = await bind(credential);
    expect(server.journal.slice(issue).filter(({ path }) => path === 'database/creds/app')).toHaveLength(2);
    expect(server.accounts('database')).toHaveLength(3);
    await stage.source.revoke(issued);
    expect(server.accounts('database')).toEqual([kept]);
  });

  test('an unknown role and a path that is not read are told', async () => {
    const credential = await offering();
    const policy = await stage.policy({ 'database/*': ['read', 'update'] });
    await stage.admin('POST', 'auth/kubernetes/role/broker', { token_policies: policy });
    expect(
      await stage.failureOf(stage.deliver({ ...credential, vaultPath: 'database/creds/nobody' })),
    ).toEqual({
      code: 'OfferingMisconfigured',
      message: `Vault URL refused to read "database/creds/nobody" (400); ask the provider to check that the role at its end exists and to look into Vault's log`,
    });
  });

  test('the token of the ServiceAccount is read for each login, and a wrong account is refused', async () => {
    const credential = await offering();
    await bind(credential);
    jwt = 'jwt-2';
    await bind(credential);
    const logins = server.journal.filter(({ path }) => path === 'auth/kubernetes/login');
    expect(logins.map(({ body }) => body['jwt'])).toEqual(['jwt-1', 'jwt-2']);
    jwt = 'jwt-other';
    expect(await stage.failureOf(stage.deliver(credential))).toEqual({
      code: 'OfferingMisconfigured',
      message:
        'the login at Vault URL was refused (403); ask the provider to check that the role "broker" exists at auth/kubernetes and admits the ServiceAccount of the broker',
    });
  });
});
