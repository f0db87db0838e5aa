import type { JsonObject } from '@mesitis/kube';
import type { VaultAnswer, VaultRequest, VaultSend } from '../vault/vault-transport.js';
import { VaultUnreachable } from '../vault/vault-transport.js';

/** What a scripted Vault answers: an answer, a code of Node's when none comes. */
export type ScriptedAnswer = VaultAnswer | string;

/**
 * Plays a Vault whose answers stand in a script, by `METHOD path`; the last answer of each is repeated, and what is not
 * in the script is 403. For the behaviour of a Vault see `test/vault`.
 */
export class ScriptedVault {
  readonly requests: VaultRequest[] = [];
  readonly #script: Map<string, ScriptedAnswer[]>;

  constructor(script: Record<string, ScriptedAnswer | ScriptedAnswer[]> = {}) {
    this.#script = new Map(Object.entries(script).map(([request, answers]) => [request, [answers].flat()]));
  }

  /** The requests so far, as `METHOD path`. */
  get asked(): string[] {
    return this.requests.map(({ method, path }) => `${method} ${path}`);
  }

  /** Replaces what is answered from now on. */
  answer(request: string, ...answers: ScriptedAnswer[]): void {
    this.#script.set(request, answers);
  }

  readonly send: VaultSend = async (_server, request, signal) => {
    signal.throwIfAborted();
    this.requests.push(request);
    const answers = this.#script.get(`${request.method} ${request.path}`) ?? [
      { status: 403, body: { errors: ['permission denied'] } },
    ];
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? 'NO_ANSWER';
    if (typeof answer === 'string') return Promise.reject(new VaultUnreachable(answer));
    return Promise.resolve(answer);
  };
}

/** An answer with data. */
export function data(values: JsonObject, more: JsonObject = {}): VaultAnswer {
  return { status: 200, body: { lease_id: '', ...more, data: values } };
}

/** The answer to a login. */
export function loggedIn(token: string, seconds = 3600): VaultAnswer {
  return {
    status: 200,
    body: { data: null, auth: { client_token: token, lease_duration: seconds, renewable: true } },
  };
}
