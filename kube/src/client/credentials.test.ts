import { describe, expect, it } from '@jest/globals';
import { CredentialStore } from './credentials.js';
import type { Credentials } from './credentials.js';

function token(value: string): Credentials {
  return { tls: {}, headers: { Authorization: `Bearer ${value}` } };
}

describe('the store of credentials', () => {
  it('lets parallel calls share one reading, and reads again after half a minute', async () => {
    let now = 0;
    let reads = 0;
    const store = new CredentialStore(
      () => Promise.resolve(token(String((reads += 1)))),
      () => now,
    );
    const [a, b] = await Promise.all([store.get(), store.get()]);
    expect([a, b]).toEqual([token('1'), token('1')]);
    now = 30_000;
    expect(await store.get()).toBe(a);
    now = 30_001;
    expect(await store.get()).toEqual(token('2'));
  });

  it('forgets a reading that failed', async () => {
    const answers = [Promise.reject(new Error('no plugin')), Promise.resolve(token('1'))];
    const store = new CredentialStore(
      () => answers.shift() ?? Promise.reject(new Error('asked too often')),
      () => 0,
    );
    await expect(store.get()).rejects.toThrow('no plugin');
    expect(await store.get()).toEqual(token('1'));
  });

  it('replaces refused credentials by others, once for all who were refused', async () => {
    const answers = [token('1'), token('2'), token('2')];
    const store = new CredentialStore(
      () => Promise.resolve(answers.shift() ?? token('asked too often')),
      () => 0,
    );
    const refused = await store.get();
    expect(await store.replace(refused)).toEqual(token('2'));
    expect(await store.replace(refused)).toEqual(token('2'));
    expect(answers).toHaveLength(1);
    expect(await store.replace(await store.get())).toBeUndefined();
  });
});
