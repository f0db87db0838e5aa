import type { VaultClient } from './vault-client.js';
import type { LoginToken, VaultTarget } from './vault-login.js';
import type { VaultTokens } from './vault-tokens.js';
import type { VaultAnswer, VaultRequest } from './vault-transport.js';

/** What sessions have in common. */
export interface VaultSessionOptions {
  client: VaultClient;
  tokens: VaultTokens;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** One piece of work at one Vault: holds its token and logs in once more when Vault does not take that any longer. */
export class VaultSession {
  readonly target: VaultTarget;
  readonly signal: AbortSignal;
  readonly #options: VaultSessionOptions;
  readonly #startedAt: number;
  readonly #given: string | undefined;
  #token: LoginToken | undefined;
  #isOwn = false;

  /** @param given a token that the work has already: no other is used then */
  constructor(options: VaultSessionOptions, target: VaultTarget, signal: AbortSignal, given?: string) {
    this.#options = options;
    this.target = target;
    this.signal = signal;
    this.#given = given;
    this.#startedAt = options.now();
  }

  /** Whether the token is this work's alone. */
  get isOwn(): boolean {
    return this.#isOwn;
  }

  /** The token in use. @throws BrokerError when the login fails */
  async token(): Promise<LoginToken> {
    const { tokens } = this.#options;
    this.#token ??= this.#isOwn
      ? await tokens.own(this.target, this.signal)
      : await tokens.shared(this.target, this.signal);
    return this.#token;
  }

  /** Asks with the token. An older one that is refused may have ended: then it is asked once more with a new one. */
  async request(request: VaultRequest): Promise<VaultAnswer> {
    if (this.#given !== undefined) return this.#send(request, this.#given);
    const token = await this.token();
    const answer = await this.#send(request, token.value);
    if (answer.status !== 403 || token.obtainedAt >= this.#startedAt) return answer;
    await this.#options.tokens.forget(this.target, token);
    this.#token = undefined;
    return this.#send(request, (await this.token()).value);
  }

  /** From now on uses a token of its own; the provider's token (method `token`) stays what it is. */
  async makeOwn(): Promise<void> {
    if (this.#isOwn || this.target.auth.method === 'token') return;
    this.#isOwn = true;
    this.#token = undefined;
    await this.token();
  }

  /** Lets others use the token, because nothing hangs on it. */
  release(): void {
    if (this.#isOwn && this.#token !== undefined) this.#options.tokens.give(this.target, this.#token);
    this.#isOwn = false;
  }

  async #send(request: VaultRequest, token: string): Promise<VaultAnswer> {
    return this.#options.client.request(this.target.server, { ...request, token }, this.signal);
  }
}
