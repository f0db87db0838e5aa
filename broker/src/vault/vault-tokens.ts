import type { LoginToken, VaultTarget } from './vault-login.js';

/** Keeps login tokens in memory, so that requests share one login. At most so many; the longest unused goes first. */
export class VaultTokens {
  readonly #logins = new Map<string, Promise<LoginToken>>();
  readonly #options: VaultTokensOptions;

  constructor(options: VaultTokensOptions) {
    this.#options = options;
  }

  /** A token for reading what everybody may share; callers that come together wait for one login. */
  async shared(target: VaultTarget, signal: AbortSignal): Promise<LoginToken> {
    const key = keyOf(target);
    const kept = this.#logins.get(key);
    if (kept !== undefined) {
      const token = await kept;
      const current = this.#logins.get(key);
      if (current === kept) this.#logins.delete(key);
      if (this.#remaining(token) > MARGIN) {
        if (current === kept) this.#keep(key, kept);
        return token;
      }
      // Somebody else may have logged in meanwhile.
      if (current !== kept) return this.shared(target, signal);
    }
    const login = this.#options.login(target, signal);
    this.#keep(key, login);
    login.catch(() => {
      if (this.#logins.get(key) === login) this.#logins.delete(key);
    });
    return login;
  }

  /**
   * A token for one binding alone, because what a token was used to issue ends with it. Takes the kept one out when it
   * is still young.
   */
  async own(target: VaultTarget, signal: AbortSignal): Promise<LoginToken> {
    const key = keyOf(target);
    const kept = this.#logins.get(key);
    if (kept !== undefined) {
      this.#logins.delete(key);
      const token = await kept.catch(() => undefined);
      if (token !== undefined && this.#remaining(token) > 0.5) return token;
    }
    return this.#options.login(target, signal);
  }

  /** Takes a token (back) to share it, when none is kept. */
  give(target: VaultTarget, token: LoginToken): void {
    const key = keyOf(target);
    if (!this.#logins.has(key)) this.#keep(key, Promise.resolve(token));
  }

  /** Vault does not take the token any more. */
  async forget(target: VaultTarget, token: LoginToken): Promise<void> {
    const key = keyOf(target);
    const kept = this.#logins.get(key);
    const current = await kept?.catch(() => undefined);
    if (current?.value === token.value && this.#logins.get(key) === kept) this.#logins.delete(key);
  }

  /** The part of its life that is left, from 1 down to 0. */
  #remaining({ duration, obtainedAt }: LoginToken): number {
    return duration === 0 ? 1 : 1 - (this.#options.now() - obtainedAt) / (duration * 1000);
  }

  #keep(key: string, login: Promise<LoginToken>): void {
    this.#logins.delete(key);
    this.#logins.set(key, login);
    const oldest = this.#logins.keys().next();
    if (this.#logins.size > this.#options.most && oldest.done !== true) this.#logins.delete(oldest.value);
  }
}

/** What the tokens are kept with. */
export interface VaultTokensOptions {
  login: (target: VaultTarget, signal: AbortSignal) => Promise<LoginToken>;
  /** Milliseconds since 1970. */
  now: () => number;
  /** How many logins are kept. */
  most: number;
}

/** With less than this part of its life left a token is not used for another request. */
const MARGIN = 0.1;

/** A certificate authority is no part of it: who may read does not change with it. */
function keyOf({ server: { url, namespace = '' }, auth }: VaultTarget): string {
  const who = auth.method === 'kubernetes' ? auth.role : auth.secretName;
  const mount = auth.method === 'token' ? '' : (auth.mount ?? '');
  return JSON.stringify([url, namespace, auth.method, who, mount]);
}
