import { expect, test } from '@jest/globals';
import type { JsonObject } from '@mesitis/kube';
import type { CredentialOf, CredentialSource } from '../credential/credential-source.js';
import { StoreUnavailable } from '../store/instance-store.js';
import { MemoryInstanceStore } from '../store/memory-instance-store.js';
import { bindBody, entryConfigMap, provisionBody } from '../testing/fixtures.js';
import { testBrokers } from '../testing/test-broker.js';

const INSTANCE = '/v2/service_instances/i';
const BINDING = `${INSTANCE}/service_bindings/b`;
const start = testBrokers();

/** A source that hands out numbered accounts; `live` are those that were not given back. */
function accounts(): { source: CredentialSource<CredentialOf<'CredentialFromVault'>>; live: Set<number> } {
  const live = new Set<number>();
  let next = 0;
  return {
    live,
    source: {
      kind: 'CredentialFromVault',
      issues: () => true,
      deliver: async (_credential, _binding, issued) => {
        const account = issued === undefined ? (next += 1) : Number(issued['account']);
        live.add(account);
        const kept: JsonObject = { kind: 'CredentialFromVault', account };
        return Promise.resolve({ values: { account }, issued: kept });
      },
      revoke: async (issued) => {
        live.delete(Number(issued['account']));
        return Promise.resolve();
      },
      renew: async () => Promise.resolve(undefined),
      renewalDue: () => undefined,
    },
  };
}

const ENTRY = entryConfigMap('db', {
  credentialkind: 'CredentialFromVault',
  credentialdata: {
    vaulturl: 'https://vault.example.com',
    vaultauth: { method: 'kubernetes', role: 'r' },
    vaultpath: 'database/creds/x',
  },
});

/** A store that does not answer the n-th write from now on, having carried it out or not. */
class DeafStore extends MemoryInstanceStore {
  deafAt = 0;
  carriesOut = false;

  override async put(...write: Parameters<MemoryInstanceStore['put']>): Promise<string> {
    this.deafAt -= 1;
    if (this.deafAt !== 0) return super.put(...write);
    if (this.carriesOut) await super.put(...write);
    throw new StoreUnavailable('no answer');
  }
}

test.each([
  ['was written all the same stays the property of the binding', true, 200],
  ['was not written is given back', false, 201],
])('what was issued for a bind whose record %s', async (_what, carriesOut, status) => {
  const { source, live } = accounts();
  const store = new DeafStore();
  const { send } = await start({ objects: [ENTRY], store, vault: source });
  await send('PUT', INSTANCE, provisionBody('db'));
  // The first write notes the bind, the second what was issued.
  store.deafAt = 2;
  store.carriesOut = carriesOut;
  expect((await send('PUT', BINDING, bindBody('db'))).status).toBe(503);
  expect(live.size).toBe(carriesOut ? 1 : 0);
  const again = await send('PUT', BINDING, bindBody('db'));
  expect(again.status).toBe(status);
  // Whatever is delivered works.
  const { account } = (again.body as { credentials: { account: number } }).credentials;
  expect([...live]).toEqual([account]);
  expect((await send('DELETE', `${BINDING}?service_id=s&plan_id=p`)).status).toBe(200);
  expect(live.size).toBe(0);
});
