import type { Backoff } from '@mesitis/kube';
import { isPassing, says, troubled, unavailable, unreachable, vaultName } from './vault-failure.js';
import type { VaultAnswer, VaultRequest, VaultSend, VaultServer } from './vault-transport.js';
import { VaultUnreachable } from './vault-transport.js';

/** What the client is made of. */
export interface VaultClientOptions {
  send: VaultSend;
  backoff: Backoff;
  /** Waits so many milliseconds. @throws the reason of the signal as soon as it fires */
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const MOST_ATTEMPTS = 5;
/** A `Retry-After` beyond this is for the platform to wait, not for a request that somebody holds open. */
const LONGEST_WAIT_SECONDS = 10;

/** What one attempt came to: an answer, or a code because there was none. */
type Attempt = VaultAnswer | VaultUnreachable;

/** Asks Vault, and asks again with growing pauses while the trouble is one that passes. */
export class VaultClient {
  readonly #options: VaultClientOptions;

  constructor(options: VaultClientOptions) {
    this.#options = options;
  }

  /**
   * The first answer that will last: never a 5xx, 412, 429, 472 or 473.
   * @throws BrokerError CredentialSourceUnavailable when the trouble lasted too long (the signal's time-out included),
   *   OfferingMisconfigured when no server of that kind is there; the signal's reason when it is no time-out
   */
  async request(server: VaultServer, request: VaultRequest, signal: AbortSignal): Promise<VaultAnswer> {
    try {
      for (let attempt = 1; ; attempt += 1) {
        const outcome = await this.#attempt(server, request, signal);
        if (!(outcome instanceof VaultUnreachable) && !isPassing(outcome)) return outcome;
        await this.#pause(server, request, { attempt, outcome }, signal);
      }
    } catch (error) {
      if (error !== signal.reason || !isTimeout(error)) throw error;
      throw unavailable(`${vaultName(server)} did not answer in time; try again later`);
    }
  }

  async #attempt(server: VaultServer, request: VaultRequest, signal: AbortSignal): Promise<Attempt> {
    try {
      return await this.#options.send(server, request, signal);
    } catch (error) {
      if (error instanceof VaultUnreachable) return error;
      throw error;
    }
  }

  /** Waits for the next attempt, or throws why there is none. */
  async #pause(
    server: VaultServer,
    request: VaultRequest,
    { attempt, outcome }: { attempt: number; outcome: Attempt },
    signal: AbortSignal,
  ): Promise<void> {
    const isLast = attempt === MOST_ATTEMPTS;
    if (outcome instanceof VaultUnreachable) {
      const { permanent, error } = unreachable(server, outcome.code);
      if (permanent || isLast) throw error;
      return this.#options.wait(this.#options.backoff(attempt), signal);
    }
    const seconds = outcome.retryAfterSeconds ?? 0;
    // A sealed Vault waits for a person.
    if (isLast || seconds > LONGEST_WAIT_SECONDS || says(outcome, /sealed/i)) {
      throw troubled(server, request, outcome, await this.#health(server, signal));
    }
    return this.#options.wait(Math.max(seconds * 1000, this.#options.backoff(attempt)), signal);
  }

  /** Answers without a token and outside of namespaces, also when nothing else does. */
  async #health({ url, ca }: VaultServer, signal: AbortSignal): Promise<VaultAnswer | undefined> {
    const server: VaultServer = ca === undefined ? { url } : { url, ca };
    const answer = await this.#attempt(server, { method: 'GET', path: 'sys/health' }, signal);
    return answer instanceof VaultUnreachable ? undefined : answer;
  }
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}
