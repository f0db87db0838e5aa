import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '@mesitis/kube';
import type { IssuedLease, Term } from './issued-lease.js';
import { endOf, fromJson, isAtItsLongest, issuedLease, renewalDueAt, toJson } from './issued-lease.js';
import type { VaultCredential } from './vault-credential.js';

const HOUR = 3_600_000;
const NOW = 1_000_000;
const CREDENTIAL: VaultCredential = {
  kind: 'CredentialFromVault',
  vaultUrl: 'https://vault.example.com',
  vaultAuth: { method: 'kubernetes', role: 'broker', namespace: 'team', caSecretName: 'ca' },
  vaultPath: 'database/creds/app',
};

function term(hours: number | undefined, renewable = true, duration = 3600): Term {
  return { duration, renewable, ...(hours === undefined ? {} : { expiresAt: NOW + hours * HOUR }) };
}

function issued(lease: Term, login: Term): IssuedLease {
  const { vaultUrl, vaultAuth, vaultPath } = CREDENTIAL;
  const kept = { kind: 'CredentialFromVault' as const, vaultUrl, vaultAuth, vaultPath };
  return { ...kept, leaseId: 'l', lease, login, renewedAt: NOW, values: { username: 'u' } };
}

describe('what is kept of a lease', () => {
  const token = { value: 't', duration: 7200, renewable: true, obtainedAt: NOW - 1000 };
  const reading = { values: { username: 'u' }, lease: { id: 'l', renewable: true, duration: 3600 } };

  test('is all that is needed without the entry, and survives the store', () => {
    const kept = issuedLease(CREDENTIAL, reading, { token, isOwn: true }, NOW);
    expect(fromJson(JSON.parse(JSON.stringify(toJson(kept))) as JsonObject)).toEqual({
      kind: 'CredentialFromVault',
      vaultUrl: 'https://vault.example.com',
      vaultAuth: { method: 'kubernetes', role: 'broker', namespace: 'team', caSecretName: 'ca' },
      vaultPath: 'database/creds/app',
      leaseId: 'l',
      lease: { duration: 3600, renewable: true, expiresAt: NOW + HOUR },
      token: 't',
      login: { duration: 7200, renewable: true, expiresAt: NOW - 1000 + 2 * HOUR },
      renewedAt: NOW,
      values: { username: 'u' },
    });
  });

  test('is never the token of the provider', () => {
    expect(issuedLease(CREDENTIAL, reading, { token, isOwn: false }, NOW)).not.toHaveProperty('token');
  });

  test.each([{}, { kind: 'Other' }, { kind: 'CredentialFromVault', leaseId: 1 }])('%j is none', (json) => {
    expect(() => fromJson(json)).toThrow('does not hold a lease of Vault');
  });
});

describe('the end of what was issued, and when it is prolonged', () => {
  const at = (hours: number): number => NOW + hours * HOUR;
  test.each<[string, Term, Term, { end?: number; due?: number }]>([
    ['the lease ends first', term(1), term(2), { end: at(1), due: at(0.5) }],
    ['the token ends first', term(3), term(1), { end: at(1), due: at(0.5) }],
    ['the token has no end', term(1), term(undefined, false, 0), { end: at(1), due: at(0.5) }],
    ['neither has an end', term(undefined, true, 0), term(undefined, false, 0), {}],
    ['the lease ends first and can not be prolonged', term(1, false), term(2), { end: at(1) }],
    ['the token ends first and can not be prolonged', term(3), term(1, false), { end: at(1) }],
    ['the token ends before a lease that lasts', term(3, false), term(1), { end: at(1), due: at(0.5) }],
  ])('%s', (_what, lease, login, expected) => {
    const one = issued(lease, login);
    expect({ end: endOf(one), due: renewalDueAt(one) }).toEqual(expected);
  });

  test.each<[number, number, boolean]>([
    [1, 2, false],
    [0.5, 2, false],
    [0.49, 2, true],
    [1, 0.49, true],
    [0, 2, true],
  ])('granted %d h of a lease and %d h of a token: at its longest is %p', (lease, login, isLongest) => {
    expect(isAtItsLongest(issued(term(lease), term(login, true, 7200)), NOW)).toBe(isLongest);
  });
});
