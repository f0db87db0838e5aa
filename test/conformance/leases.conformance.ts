import { expect, test } from '@jest/globals';
import type { JsonObject } from '@mesitis/kube';
import type { CredentialOf, CredentialSource } from '@mesitis/broker';
import { entryConfigMap } from '@mesitis/broker/testing';
import { passwordIn } from './platform.js';
import { world } from './world.js';

type Delivered = Awaited<ReturnType<CredentialSource['deliver']>>;

/** Where credentials are issued for one binding alone, with an end; instead of Vault itself, whose tests are elsewhere. */
class Leases implements CredentialSource<CredentialOf<'CredentialFromVault'>> {
  readonly kind = 'CredentialFromVault';
  readonly inForce = new Set<string>();
  #count = 0;

  issues(): boolean {
    return true;
  }

  async deliver(_credential: unknown, _binding: unknown, before: JsonObject | undefined): Promise<Delivered> {
    const password = before?.['password'] ?? this.#issue();
    return Promise.resolve({
      values: { username: 'leased', password },
      issued: { kind: this.kind, password },
      expiresAt: Date.UTC(2030, 0, 2, 3, 4, 5, 678),
    });
  }

  async revoke({ password }: JsonObject): Promise<void> {
    if (typeof password === 'string') this.inForce.delete(password);
    return Promise.resolve();
  }

  async renew(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  renewalDue(): undefined {
    return undefined;
  }

  #issue(): string {
    this.#count += 1;
    const password = `leased-${this.#count}`;
    this.inForce.add(password);
    return password;
  }
}

const LEASED = { service_id: 'leased-id', plan_id: 'leased-id' };
const vault = new Leases();
const scene = world({
  vault,
  objects: [
    entryConfigMap('leased', {
      whitelist: ['*'],
      credentialkind: 'CredentialFromVault',
      credentialdata: {
        vaulturl: 'https://vault.example.com',
        vaultauth: { method: 'token', secretname: 'vault-token' },
        vaultpath: 'database/creds/reader',
      },
    }),
  ],
});

test('B9 says in UTC, with a fraction of the second, when credentials expire', async () => {
  const { platform, ready } = scene;
  const ids = [await ready(LEASED), 'b'] as const;
  const metadata = { expires_at: '2030-01-02T03:04:05.678Z' };
  expect((await platform.bind(ids, LEASED)).body).toMatchObject({ metadata });
  expect((await platform.fetchBinding(ids)).body).toMatchObject({ metadata });
});

test('SV16 tells when credentials expire from 2.16 on', async () => {
  const { platform, ready } = scene;
  const ids = [await ready(LEASED), 'b'] as const;
  for (const minor of [13, 14, 15]) {
    expect((await platform.bind(ids, LEASED, {}, { minor })).body).not.toHaveProperty('metadata');
  }
  for (const minor of [16, 17]) {
    expect((await platform.bind(ids, LEASED, {}, { minor })).body).toHaveProperty('metadata');
  }
});

test('N1 B5 takes back what was issued for the binding, and for no other', async () => {
  const { platform, ready } = scene;
  const id = await ready(LEASED);
  const first = passwordIn(await platform.bind([id, 'b'], LEASED));
  const other = passwordIn(await platform.bind([id, 'c'], LEASED));
  expect(passwordIn(await platform.bind([id, 'b'], LEASED))).toBe(first);
  expect((await platform.unbind([id, 'b'], LEASED)).status).toBe(200);
  expect([vault.inForce.has(first), vault.inForce.has(other)]).toEqual([false, true]);
});

test('D4 takes back what was issued for the bindings of an instance that is deprovisioned', async () => {
  const { platform, ready } = scene;
  const id = await ready(LEASED);
  const password = passwordIn(await platform.bind([id, 'b'], LEASED));
  expect((await platform.deprovision(id, LEASED)).status).toBe(200);
  expect(vault.inForce.has(password)).toBe(false);
});

test('R3 issues new credentials to a rotated binding, and both are in force until the old one is deleted', async () => {
  const { platform, ready } = scene;
  const id = await ready(LEASED);
  const before = passwordIn(await platform.bind([id, 'b'], LEASED));
  const after = passwordIn(await platform.bind([id, 'c'], LEASED, { predecessor_binding_id: 'b' }));
  expect([vault.inForce.has(before), vault.inForce.has(after)]).toEqual([true, true]);
  await platform.unbind([id, 'b'], LEASED);
  expect([vault.inForce.has(before), vault.inForce.has(after)]).toEqual([false, true]);
});

test('B3 issues one set of credentials to requests for one binding that arrive at once', async () => {
  const { platform, ready } = scene;
  const id = await ready(LEASED);
  const before = vault.inForce.size;
  const answers = await Promise.all([1, 2, 3].map(async () => platform.bind([id, 'b'], LEASED)));
  expect(new Set(answers.map(passwordIn)).size).toBe(1);
  expect(vault.inForce.size).toBe(before + 1);
});
