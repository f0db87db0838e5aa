import { setTimeout as delay } from 'node:timers/promises';
import { exponentialBackoff } from '@mesitis/kube';
import { createClient, ErrorReply, RESP_TYPES } from '@redis/client';
import { StoreUnavailable } from './instance-store.js';
import type { RedisEndpoint } from './redis-endpoint.js';
import { displayEndpoint } from './redis-endpoint.js';
import { judge } from './redis-failure.js';

/** Sends one command; strings in the answer are Buffers. */
export type SendCommand = (...args: (string | Buffer)[]) => Promise<unknown>;

/**
 * Commands that belong together. Run again after a failure, so they must come to the same when they were carried out
 * before. @param isRepeat whether they may have been
 */
export type RedisTask<Reply> = (send: SendCommand, isRepeat: boolean) => Promise<Reply>;

/** How long to go on with a task. */
export interface RedisPatience {
  /** In milliseconds, all repetitions included. */
  limitMs?: number;
  tries?: number;
}

/** How a {@link RedisConnection} behaves. */
export interface RedisConnectionOptions {
  endpoint: RedisEndpoint;
  /** PEM of the authorities that may have signed the server's certificate; those of Node unless told. */
  ca?: string;
  /** How long a task may take with all its repetitions, in milliseconds. */
  limitMs?: number;
  /** How long an answer may take, in milliseconds, before the connection counts as broken. */
  answerMs?: number;
  /** Called with each new connection. */
  onConnect?: (send: SendCommand) => void;
}

/** One connection, being made or made. */
interface Open {
  isConnected: boolean;
  send: Promise<SendCommand>;
  end: () => void;
}

/** One attempt that failed. */
interface Failure {
  passes: boolean;
  /** Whether Redis may have carried the commands out. */
  mayBeDone: boolean;
  description: string;
  cause: unknown;
}

const LIMIT_MS = 5_000;
const ANSWER_MS = 2_000;
const BACKOFF = { initialMs: 50, maxMs: 1_000 };

/**
 * One connection to one Redis, made when it is first needed and made anew after it broke. A task is repeated while
 * there is hope and time, and then fails: nothing waits in a queue for a Redis that may never come back.
 */
export class RedisConnection {
  readonly #options: RedisConnectionOptions;
  readonly #limitMs: number;
  readonly #answerMs: number;
  readonly #backoff = exponentialBackoff(BACKOFF);
  #open: Open | undefined;
  #isClosed = false;

  constructor(options: RedisConnectionOptions) {
    this.#options = options;
    this.#limitMs = options.limitMs ?? LIMIT_MS;
    this.#answerMs = options.answerMs ?? ANSWER_MS;
  }

  /** Runs a task. @throws StoreUnavailable within the time limit */
  async run<Reply>(task: RedisTask<Reply>, patience: RedisPatience = {}): Promise<Reply> {
    const { limitMs, tries } = { limitMs: this.#limitMs, tries: Infinity, ...patience };
    const deadline = performance.now() + limitMs;
    let isRepeat = false;
    let before: Failure | undefined;
    for (let failures = 1; ; failures += 1) {
      const timeMs = Math.min(this.#answerMs, deadline - performance.now());
      const outcome = await this.#attempt((send) => task(send, isRepeat), timeMs);
      if ('reply' in outcome) return outcome.reply;
      isRepeat ||= outcome.mayBeDone;
      const waitMs = this.#backoff(failures);
      if (!outcome.passes || failures >= tries || performance.now() + waitMs >= deadline) {
        const { description, cause } = isCut(outcome, timeMs, this.#answerMs) ? (before ?? outcome) : outcome;
        throw this.#unavailable(description, cause);
      }
      before = outcome;
      await delay(waitMs);
    }
  }

  /** Ends the connection; tasks under way fail. */
  close(): void {
    this.#isClosed = true;
    if (this.#open !== undefined) this.#drop(this.#open);
  }

  async #attempt<Reply>(
    task: (send: SendCommand) => Promise<Reply>,
    timeMs: number,
  ): Promise<{ reply: Reply } | Failure> {
    if (this.#isClosed) throw this.#unavailable('the connection was closed');
    const open = (this.#open ??= this.#connect());
    try {
      return { reply: await within(timeMs, async () => task(await open.send)) };
    } catch (error) {
      const { passes, reconnect, isOutcomeUnknown, description } = judge(error);
      if (reconnect) this.#drop(open);
      const mayBeDone = open.isConnected && isOutcomeUnknown;
      // An answer of Redis may quote what was sent: it must not get into a log.
      return { passes, mayBeDone, description, cause: error instanceof ErrorReply ? undefined : error };
    }
  }

  #connect(): Open {
    const { host, port, tls, database, ...login } = this.#options.endpoint;
    const { ca, onConnect } = this.#options;
    const address = { host, port, connectTimeout: this.#answerMs, reconnectStrategy: false } as const;
    const client = createClient({
      socket: tls ? { ...address, tls, ...(ca === undefined ? {} : { ca }) } : address,
      ...login,
      database,
      // The older protocol is enough, and servers and proxies of all ages speak it.
      RESP: 2,
      maintNotifications: 'disabled',
      disableClientInfo: true,
      disableOfflineQueue: true,
    });
    const send: SendCommand = (...args) =>
      client.sendCommand(args, { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } });
    const open: Open = {
      isConnected: false,
      send: client.connect().then(() => {
        open.isConnected = true;
        onConnect?.(send);
        return send;
      }),
      end: () => client.destroy(),
    };
    // Whoever waits for it is told; when nobody does, it is no reason to end the process.
    open.send.catch(() => undefined);
    client.on('error', () => this.#drop(open));
    return open;
  }

  #drop(open: Open): void {
    if (this.#open === open) this.#open = undefined;
    open.end();
  }

  #unavailable(why: string, cause?: unknown): StoreUnavailable {
    const message = `Redis at ${displayEndpoint(this.#options.endpoint)} can not be used: ${why}`;
    return new StoreUnavailable(message, cause === undefined ? {} : { cause });
  }
}

/** No answer in time. */
class NoAnswer extends Error {
  readonly code = 'ETIMEDOUT';
}

/** Whether the limit ended an attempt before Redis had its time: then the one before it knows better what is wrong. */
function isCut({ cause }: Failure, timeMs: number, answerMs: number): boolean {
  return timeMs < answerMs && cause instanceof NoAnswer;
}

/** What `work` gives, if it comes in time; the work itself is not ended. */
async function within<Value>(timeMs: number, work: () => Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer('no answer in time')), timeMs);
  });
  try {
    return await Promise.race([work(), limit]);
  } finally {
    clearTimeout(timer);
  }
}
