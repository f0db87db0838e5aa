import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { VaultCredential } from '@mesitis/broker/vault';
import type { VaultAuth } from '@mesitis/offering';
import { makeAuthority } from '../cluster/certificates.js';
import type { Fault } from '../vault/server.js';
import { VaultServer } from '../vault/server.js';
import { VaultStage } from '../vault/vault-stage.js';

/** A stage around a server; closing it closes the server. */
function stageOf(server: VaultServer, options: ConstructorParameters<typeof VaultStage>[1] = {}): VaultStage {
  const { url, state } = server;
  const vault = {
    url,
    rootToken: state.rootToken,
    now: () => state.now(),
    close: async () => server.close(),
  };
  return new VaultStage(vault, options);
}

describe('a Vault in trouble', () => {
  let server: VaultServer;
  let stage: VaultStage;
  let auth: VaultAuth;

  beforeEach(async () => {
    server = await VaultServer.start();
    stage = stageOf(server);
    await stage.mountKv('1', 'secret');
    await stage.admin('POST', 'secret/app', { password: 'kept-secret' });
    ({ auth } = await stage.tokenFor({ 'secret/*': ['read'] }));
  });

  afterEach(async () => stage.close());

  const read = async (): Promise<unknown> => stage.deliver(stage.credential(auth, 'secret/app'));

  test.each<[string, Fault[]]>([
    ['a failure', [{ status: 500, body: { errors: ['internal error'] } }]],
    ['two failures of a proxy', [{ status: 502 }, { status: 504 }]],
    ['a connection that is cut', ['cut', 'cut']],
    ['a node that lags behind', [{ status: 412, body: { errors: ['required index state not present'] } }]],
    ['a quota', [{ status: 429, headers: { 'Retry-After': '2' } }]],
  ])('overcomes %s', async (_what, faults) => {
    server.fail(...faults);
    expect(await read()).toEqual({ values: { password: 'kept-secret' } });
  });

  test.each<[string, Fault, string]>([
    [
      'fails',
      { status: 500, body: { errors: ['the password is kept-secret'] } },
      `Vault URL failed at GET auth/token/lookup-self (500); try again later, and if that does not help look into Vault's log`,
    ],
    ['is asked too often', { status: 429 }, 'Vault URL is asked too often (429); try again later'],
    [
      'cuts every connection',
      'cut',
      'Vault URL can not be reached (ECONNRESET); try again, and if that does not help ask the provider to check vaulturl and that Vault runs',
    ],
  ])('that %s all the time is given up after five attempts', async (_what, fault, message) => {
    server.fail(...Array.from({ length: 5 }, () => fault));
    const asked = server.journal.length;
    expect(await stage.failureOf(read())).toEqual({ code: 'CredentialSourceUnavailable', message });
    const attempts = server.journal.slice(asked).filter(({ path }) => path !== 'sys/health');
    expect(attempts).toHaveLength(5);
    expect(await read()).toEqual({ values: { password: 'kept-secret' } });
  });

  test('overcomes an answer that does not come', async () => {
    const { vault } = stage;
    const impatient = new VaultStage(
      { ...vault, close: async () => Promise.resolve() },
      { timeoutMs: 1_000 },
    );
    await impatient.putSecret('vault-token', { token: server.state.rootToken });
    server.fail({ delayMs: 600_000 });
    expect(await impatient.deliver(impatient.credential(auth, 'secret/app'))).toEqual({
      values: { password: 'kept-secret' },
    });
    await impatient.close();
  });

  test('a long pause is left to the platform', async () => {
    server.fail({ status: 429, headers: { 'Retry-After': '3600' } });
    const asked = server.journal.length;
    expect(await stage.failureOf(read())).toMatchObject({ code: 'CredentialSourceUnavailable' });
    expect(server.journal.slice(asked).map(({ path }) => path)).toEqual([
      'auth/token/lookup-self',
      'sys/health',
    ]);
  });

  test('sealed and uninitialized are told apart, and told at once', async () => {
    server.seal();
    const asked = server.journal.length;
    expect(await stage.failureOf(read())).toEqual({
      code: 'CredentialSourceUnavailable',
      message: 'Vault URL is sealed; ask its operators to unseal it',
    });
    expect(server.journal.length - asked).toBe(2);
    server.uninitialize();
    expect(await stage.failureOf(read())).toEqual({
      code: 'CredentialSourceUnavailable',
      message: 'Vault URL is not initialized yet; ask its operators to initialize it',
    });
    server.unseal();
    expect(await read()).toEqual({ values: { password: 'kept-secret' } });
  });

  test('a standby node is followed to the active one', async () => {
    const standby = await VaultServer.start();
    standby.standBy(server.url);
    const credential = stage.credential(auth, 'secret/app', { vaultUrl: standby.url });
    expect(await stage.deliver(credential)).toEqual({ values: { password: 'kept-secret' } });
    standby.standBy(`${standby.url}/elsewhere`);
    const failure = await stage.failureOf(
      stage.deliver({ ...credential, vaultAuth: { ...auth, namespace: 'x' } }),
    );
    expect(failure).toMatchObject({
      code: 'OfferingMisconfigured',
      message: expect.stringContaining(
        'redirects GET auth/token/lookup-self to a place that is not followed',
      ),
    });
    await standby.close();
  });

  test('callers that come together share one login', async () => {
    await Promise.all([read(), read(), read()]);
    await read();
    expect(server.journal.filter(({ path }) => path === 'auth/token/lookup-self')).toHaveLength(1);
    // Near its end a token is renewed, and the login is made anew.
    server.state.advance(3_300);
    await read();
    expect(server.journal.filter(({ path }) => path === 'auth/token/lookup-self')).toHaveLength(2);
    server.state.advance(3_300);
    expect(await read()).toEqual({ values: { password: 'kept-secret' } });
  });

  test('a namespace of Vault has secrets and logins of its own', async () => {
    await stage.admin('POST', 'sys/namespaces/team-a');
    await stage.mountKv('2', 'secret', 'team-a');
    await stage.admin('POST', 'secret/data/app', { data: { password: 'of team-a' } }, 'team-a');
    const policy = await stage.policy({ 'secret/data/*': ['read'] }, 'team-a');
    await stage.admin('POST', 'sys/auth/approle', { type: 'approle' }, 'team-a');
    await stage.admin('POST', 'auth/approle/role/broker', { token_policies: policy }, 'team-a');
    const { data: role } = await stage.admin('GET', 'auth/approle/role/broker/role-id', undefined, 'team-a');
    const { data: secret } = await stage.admin('POST', 'auth/approle/role/broker/secret-id', {}, 'team-a');
    await stage.putSecret('vault-approle', { ...(role as object), ...(secret as object) });
    const vaultAuth: VaultAuth = { method: 'approle', secretName: 'vault-approle', namespace: 'team-a' };
    expect(await stage.deliver(stage.credential(vaultAuth, 'secret/app'))).toEqual({
      values: { password: 'of team-a' },
    });
    expect(
      await stage.failureOf(
        stage.deliver(stage.credential({ ...vaultAuth, namespace: 'team-b' }, 'secret/app')),
      ),
    ).toMatchObject({
      code: 'OfferingMisconfigured',
    });
  });
});

describe('a Vault behind TLS', () => {
  test('is trusted by the authority in a Secret alone, and no token leaves before', async () => {
    const authority = await makeAuthority('vault-ca');
    const hosts = { dns: ['localhost'], ip: ['127.0.0.1'] };
    const server = await VaultServer.start({ tls: await authority.issue({ commonName: 'vault', hosts }) });
    const stage = stageOf(server, { ca: authority.certificate });
    server.state.space('')?.mounts.set('secret', { type: 'kv', data: new Map([['app', { a: 'b' }]]) });
    await stage.putSecret('vault-token', { token: server.state.rootToken });
    const auth: VaultAuth = { method: 'token', secretName: 'vault-token', caSecretName: 'vault-ca' };
    const trusting = stage.credential(auth, 'secret/app');
    expect(await stage.deliver(trusting)).toEqual({ values: { a: 'b' } });
    const asked = server.journal.length;
    const failure = async (credential: VaultCredential): Promise<unknown> =>
      stage.failureOf(stage.deliver(credential));
    expect(await failure({ ...trusting, vaultAuth: { method: 'token', secretName: 'vault-token' } })).toEqual(
      {
        code: 'OfferingMisconfigured',
        message:
          'the certificate of Vault URL is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE); ask the provider to name the Secret with its certificate authority in vaultauth.casecretname, or to correct the host in vaulturl',
      },
    );
    expect(await failure({ ...trusting, vaultUrl: server.url.replace('https', 'http') })).toMatchObject({
      code: 'CredentialSourceUnavailable',
    });
    expect(server.journal.length).toBe(asked);
    await stage.close();
  }, 30_000);
});
