import { describe, expect, test } from '@jest/globals';
import { ScriptedVault } from '../testing/scripted-vault.js';
import type { ScriptedAnswer } from '../testing/scripted-vault.js';
import { VaultClient } from './vault-client.js';

const SERVER = { url: 'https://user:password@vault.example.com:8200/?token=x', namespace: 'team-a' };
const NAME = 'Vault https://vault.example.com:8200 (namespace team-a)';
const REQUEST = { method: 'GET', path: 'secret/app', token: 'the-token' } as const;

/** A client of a scripted Vault, and the pauses that it made. */
function clientOf(...answers: ScriptedAnswer[]): {
  client: VaultClient;
  vault: ScriptedVault;
  pauses: number[];
} {
  const vault = new ScriptedVault({ 'GET secret/app': answers, 'GET sys/health': 'ECONNREFUSED' });
  const pauses: number[] = [];
  const client = new VaultClient({
    send: vault.send,
    backoff: (failures) => failures * 100,
    wait: async (milliseconds, signal) => {
      pauses.push(milliseconds);
      signal.throwIfAborted();
      return Promise.resolve();
    },
  });
  return { client, vault, pauses };
}

const FINE = { status: 200, body: { data: {} } };

describe('asking Vault', () => {
  test.each<[string, ScriptedAnswer[], number[]]>([
    ['an answer at once', [], []],
    ['failures with growing pauses', [{ status: 500 }, { status: 502 }, 'ECONNRESET'], [100, 200, 300]],
    ['as long as Vault wants it', [{ status: 429, retryAfterSeconds: 3 }], [3000]],
    ['not shorter than the back-off', [{ status: 429, retryAfterSeconds: 0 }], [100]],
    [
      'a node that lags behind, or stands by',
      [{ status: 412 }, { status: 472 }, { status: 473 }],
      [100, 200, 300],
    ],
  ])('%s', async (_what, before, pauses) => {
    const asked = clientOf(...before, FINE);
    expect(await asked.client.request(SERVER, REQUEST, new AbortController().signal)).toEqual(FINE);
    expect(asked.pauses).toEqual(pauses);
  });

  test.each([400, 403, 404, 405, 307])('takes %d as it is', async (status) => {
    const { client, pauses } = clientOf({ status });
    expect(await client.request(SERVER, REQUEST, new AbortController().signal)).toEqual({ status });
    expect(pauses).toEqual([]);
  });

  const MORE = 'try again, and if that does not help ask the provider to check vaulturl and that Vault runs';
  const PROTOCOL = 'does not speak the protocol of its URL';
  test.each<[ScriptedAnswer, string, number, string]>([
    ['ENOTFOUND', 'CredentialSourceUnavailable', 5, `${NAME} can not be reached (ENOTFOUND); ${MORE}`],
    [
      'CERT_HAS_EXPIRED',
      'OfferingMisconfigured',
      1,
      `the certificate of ${NAME} is not trusted (CERT_HAS_EXPIRED); ask the provider to name the Secret with its certificate authority in vaultauth.casecretname, or to correct the host in vaulturl`,
    ],
    [
      'EPROTO',
      'OfferingMisconfigured',
      1,
      `${NAME} ${PROTOCOL} (EPROTO); ask the provider to correct http or https and the port in vaulturl`,
    ],
    [
      'ANSWER_TOO_LARGE',
      'OfferingMisconfigured',
      1,
      `${NAME} answered with more than a secret can hold; ask the provider to check vaulturl and vaultpath`,
    ],
    [
      { status: 503, body: { errors: ['error performing token check: Vault is sealed'] } },
      'CredentialSourceUnavailable',
      1,
      `${NAME} is sealed; ask its operators to unseal it`,
    ],
    [
      { status: 472 },
      'CredentialSourceUnavailable',
      5,
      `${NAME} is a disaster recovery secondary, which answers nothing; ask the provider to name the primary in vaulturl`,
    ],
    [
      { status: 429, retryAfterSeconds: 60 },
      'CredentialSourceUnavailable',
      1,
      `${NAME} is asked too often (429); try again later`,
    ],
  ])('gives up on %j with %s after %d', async (answer, code, attempts, message) => {
    const { client, vault } = clientOf(answer);
    const failing = client.request(SERVER, REQUEST, new AbortController().signal);
    await expect(failing).rejects.toMatchObject({ name: 'BrokerError', code, message });
    expect(vault.asked.filter((request) => request === 'GET secret/app')).toHaveLength(attempts);
  });

  test('asks for the health without a token and outside of the namespace, and tells it', async () => {
    const { client, vault } = clientOf({ status: 503 });
    vault.answer('GET sys/health', {
      status: 429,
      body: { initialized: true, sealed: false, standby: true },
    });
    await expect(client.request(SERVER, REQUEST, new AbortController().signal)).rejects.toMatchObject({
      message: `${NAME} is a standby node that can not reach the active one (503); try again later`,
    });
    expect(vault.requests.at(-1)).toEqual({ method: 'GET', path: 'sys/health' });
  });

  test('ends with the caller’s signal: a time-out is trouble of Vault, anything else is passed on', async () => {
    const { client } = clientOf({ status: 500 });
    const late = AbortSignal.abort(new DOMException('late', 'TimeoutError'));
    await expect(client.request(SERVER, REQUEST, late)).rejects.toMatchObject({
      code: 'CredentialSourceUnavailable',
      message: `${NAME} did not answer in time; try again later`,
    });
    const stopped = new Error('stopping');
    await expect(client.request(SERVER, REQUEST, AbortSignal.abort(stopped))).rejects.toBe(stopped);
  });
});
