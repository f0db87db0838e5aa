import { describe, expect, test } from '@jest/globals';
import type { VaultTarget } from './vault-login.js';
import { VaultTokens } from './vault-tokens.js';

const { signal } = new AbortController();

function target(role: string, url = 'https://vault', namespace?: string): VaultTarget {
  return {
    server: { url, ...(namespace === undefined ? {} : { namespace }) },
    auth: { method: 'kubernetes', role },
  };
}

/** Tokens that last 100 s, numbered in the order of logins. */
function tokensOf(
  most = 3,
  duration = 100,
): { tokens: VaultTokens; clock: { now: number }; logins: () => number } {
  const clock = { now: 0 };
  let logins = 0;
  const tokens = new VaultTokens({
    login: async () => {
      logins += 1;
      const value = `t${logins}`;
      return Promise.resolve({ value, duration, renewable: true, obtainedAt: clock.now });
    },
    now: () => clock.now,
    most,
  });
  return { tokens, clock, logins: () => logins };
}

describe('login tokens', () => {
  test('are shared by callers that come together and later', async () => {
    const { tokens } = tokensOf();
    const [a, b] = await Promise.all([
      tokens.shared(target('r'), signal),
      tokens.shared(target('r'), signal),
    ]);
    expect([a.value, b.value, (await tokens.shared(target('r'), signal)).value]).toEqual(['t1', 't1', 't1']);
  });

  test('belong to one Vault, namespace and login', async () => {
    const { tokens } = tokensOf(10);
    const values = [];
    for (const one of [
      target('r'),
      target('s'),
      target('r', 'https://other'),
      target('r', 'https://vault', 'ns'),
    ]) {
      values.push((await tokens.shared(one, signal)).value);
    }
    expect(values).toEqual(['t1', 't2', 't3', 't4']);
  });

  test('are replaced shortly before they end, by one login', async () => {
    const { tokens, clock } = tokensOf();
    await tokens.shared(target('r'), signal);
    clock.now = 89_000;
    expect((await tokens.shared(target('r'), signal)).value).toBe('t1');
    clock.now = 91_000;
    const both = await Promise.all([tokens.shared(target('r'), signal), tokens.shared(target('r'), signal)]);
    expect(both.map(({ value }) => value)).toEqual(['t2', 't2']);
  });

  test('without an end are kept', async () => {
    const { tokens, clock } = tokensOf(3, 0);
    await tokens.shared(target('r'), signal);
    clock.now = 1e12;
    expect((await tokens.shared(target('r'), signal)).value).toBe('t1');
  });

  test('are at most so many: the one that was not used for the longest time goes', async () => {
    const { tokens, logins } = tokensOf(2);
    await tokens.shared(target('a'), signal);
    await tokens.shared(target('b'), signal);
    await tokens.shared(target('a'), signal);
    await tokens.shared(target('c'), signal);
    expect(logins()).toBe(3);
    expect((await tokens.shared(target('a'), signal)).value).toBe('t1');
    expect((await tokens.shared(target('b'), signal)).value).toBe('t4');
  });

  test('are forgotten when Vault refuses them, unless there is a newer one', async () => {
    const { tokens } = tokensOf();
    const first = await tokens.shared(target('r'), signal);
    await tokens.forget(target('r'), first);
    expect((await tokens.shared(target('r'), signal)).value).toBe('t2');
    await tokens.forget(target('r'), first);
    expect((await tokens.shared(target('r'), signal)).value).toBe('t2');
  });

  test('of one’s own are nobody else’s until they are given back', async () => {
    const { tokens, clock } = tokensOf();
    const shared = await tokens.shared(target('r'), signal);
    const own = await Promise.all([tokens.own(target('r'), signal), tokens.own(target('r'), signal)]);
    expect([shared.value, ...own.map(({ value }) => value)]).toEqual(['t1', 't1', 't2']);
    tokens.give(target('r'), own[1]);
    tokens.give(target('r'), own[0]);
    expect((await tokens.shared(target('r'), signal)).value).toBe('t2');
    // A token that is half over is not worth to hang a lease on.
    clock.now = 51_000;
    expect((await tokens.own(target('r'), signal)).value).toBe('t3');
  });

  test('a login that fails fails for all who wait, and is tried again by the next', async () => {
    let logins = 0;
    const tokens = new VaultTokens({
      login: async () => {
        logins += 1;
        if (logins === 1) return Promise.reject(new Error('refused'));
        return Promise.resolve({ value: 't', duration: 0, renewable: false, obtainedAt: 0 });
      },
      now: () => 0,
      most: 1,
    });
    const outcomes = await Promise.allSettled([
      tokens.shared(target('r'), signal),
      tokens.shared(target('r'), signal),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await tokens.shared(target('r'), signal)).value).toBe('t');
  });
});
