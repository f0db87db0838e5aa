import { randomUUID } from 'node:crypto';
import type { InstanceRecord } from './instance-record.js';
import type { InstanceFilter, InstanceStore, StoredInstance } from './instance-store.js';
import { matchesFilter, StoreConflict } from './instance-store.js';
import { RecordCipher } from './record-cipher.js';
import type { OnUnreadable } from './record-codec.js';
import { RecordCodec, RecordUnreadable } from './record-codec.js';
import { durabilityProblems } from './redis-durability.js';
import type { SendCommand } from './redis-connection.js';
import { RedisConnection } from './redis-connection.js';
import { parseRedisUrl } from './redis-endpoint.js';
import { RecordKeys } from './redis-keys.js';
import { COUNT, DELETE, evaluate, PUT } from './redis-scripts.js';
import type { Resealable, ResealOutcome } from './reseal.js';
import { reseal } from './reseal.js';

/** What a {@link RedisInstanceStore} needs. */
export interface RedisStoreOptions {
  /** `redis://` or `rediss://`, with user, password and database; never logged. */
  url: string;
  /** PEM, for `rediss://`; the authorities that Node knows unless told. */
  ca?: string;
  /** Begins all keys: brokers with different prefixes don't see each other's records. */
  prefix: string;
  /** Without one that encrypts, the store does not keep secrets. */
  cipher?: RecordCipher;
  onUnreadable: OnUnreadable;
  /** Told when this Redis may lose records by the way it is set up, once for each problem. */
  onWarning: (problem: string) => void;
  /** Versions: random. */
  newVersion?: () => string;
  /** How long a call may take, in milliseconds; 5,000 unless told. */
  limitMs?: number;
  /** How long Redis may take for an answer, in milliseconds; 2,000 unless told. */
  answerMs?: number;
}

/** Ids to a page of a list; so many records are in memory at once. */
const PAGE_SIZE = 100;
/** A readiness probe waits for it. The second try is for a connection that broke while nobody used it. */
const AVAILABILITY_PATIENCE = { limitMs: 2_000, tries: 2 };

/**
 * Instances in Redis: a hash for each, and sets of ids by state, plan and consumer, all written by one script, so they
 * agree at any time (docs/storage.md). Versions are random and not counted, so none comes again even when Redis lost
 * its latest writes.
 */
export class RedisInstanceStore implements InstanceStore {
  readonly #codec: RecordCodec;
  readonly #connection: RedisConnection;
  readonly #onUnreadable: OnUnreadable;
  readonly #newVersion: () => string;
  readonly #keys: RecordKeys;

  /** Doesn't connect yet. @throws Error when URL or prefix are malformed */
  constructor(options: RedisStoreOptions) {
    const { url, prefix, cipher = new RecordCipher(), onUnreadable, newVersion = randomUUID } = options;
    const { ca, limitMs, answerMs } = options;
    this.#codec = new RecordCodec(cipher, 'json');
    this.#onUnreadable = onUnreadable;
    this.#newVersion = newVersion;
    this.#keys = new RecordKeys(prefix);
    this.#connection = new RedisConnection({
      endpoint: parseRedisUrl(url),
      ...(ca === undefined ? {} : { ca }),
      ...(limitMs === undefined ? {} : { limitMs }),
      ...(answerMs === undefined ? {} : { answerMs }),
      onConnect: warner(options.onWarning),
    });
  }

  /** Whoever reads Redis, or its files, reads the records: only encryption keeps secrets. */
  get keepsSecrets(): boolean {
    return this.#codec.encrypts;
  }

  /** @throws RecordUnreadable */
  async get(instanceId: string): Promise<StoredInstance | undefined> {
    const found = await this.#read(instanceId);
    return found === undefined ? undefined : { record: found.record, version: found.version };
  }

  async put(record: InstanceRecord, expected: string | undefined): Promise<string> {
    const { instanceId, state, consumer, attributes } = record;
    const bytes = this.#codec.encode(record, instanceId);
    const version = this.#newVersion();
    const keys = this.#keys;
    const written = await this.#connection.run((send) =>
      evaluate(
        send,
        PUT,
        [
          keys.record(instanceId),
          keys.all,
          keys.state(state),
          keys.plan(attributes.planId),
          keys.consumer(consumer),
        ],
        [expected ?? '', version, bytes, instanceId, state, attributes.planId, consumer, keys.prefix],
      ),
    );
    if (written !== 1) throw new StoreConflict(instanceId);
    return version;
  }

  async delete(instanceId: string, expected: string): Promise<void> {
    const { all, prefix } = this.#keys;
    const isDeleted = await this.#connection.run(async (send, isRepeat) => {
      const outcome = await evaluate(
        send,
        DELETE,
        [this.#keys.record(instanceId), all],
        [expected, instanceId, prefix],
      );
      // Gone after a deletion whose answer got lost: it was that one.
      return outcome === 1 || (outcome === -1 && isRepeat);
    });
    if (!isDeleted) throw new StoreConflict(instanceId);
  }

  async *list(filter?: InstanceFilter): AsyncGenerator<StoredInstance> {
    for await (const found of this.#records(filter)) {
      if (found === 'unreadable') continue;
      const { record, version } = found;
      if (matchesFilter(record, filter)) yield { record, version };
    }
  }

  async count({ states, planId, consumer }: InstanceFilter): Promise<number> {
    if (states?.length === 0) return 0;
    const keys = this.#keys;
    const alternatives = [...new Set(states)].map((state) => keys.state(state));
    const common = [
      ...(planId === undefined ? [] : [keys.plan(planId)]),
      ...(consumer === undefined ? [] : [keys.consumer(consumer)]),
    ];
    const chosen = [...alternatives, ...common];
    return this.#connection.run((send) =>
      evaluate(send, COUNT, chosen.length === 0 ? [keys.all] : chosen, [String(alternatives.length)]),
    );
  }

  async isAvailable(): Promise<boolean> {
    try {
      await this.#connection.run((send) => send('PING'), AVAILABILITY_PATIENCE);
      return true;
    } catch {
      return false;
    }
  }

  close(): Promise<void> {
    this.#connection.close();
    return Promise.resolve();
  }

  /** Writes all records anew that are not under the first encryption key. */
  async reseal(): Promise<ResealOutcome> {
    if (!this.#codec.isExchanging) return { rewritten: 0, left: 0 };
    return reseal(this, this.#records());
  }

  async *#records(filter: InstanceFilter = {}): AsyncGenerator<Resealable | 'unreadable'> {
    // A scan may give an id more than once, and a record may move from one set to the next between two scans.
    const seen = new Set<string>();
    for (const key of this.#keys.narrowest(filter)) {
      let cursor = '0';
      do {
        const [next, page] = await this.#scan(key, cursor);
        cursor = next;
        const ids = page.filter((id) => !seen.has(id));
        for (const id of ids) seen.add(id);
        yield* this.#page(ids);
      } while (cursor !== '0');
    }
  }

  async *#page(ids: readonly string[]): AsyncGenerator<Resealable | 'unreadable'> {
    for (let start = 0; start < ids.length; start += PAGE_SIZE) {
      const reads = ids.slice(start, start + PAGE_SIZE).map((id) => this.#readForList(id));
      for (const found of await Promise.all(reads)) if (found !== undefined) yield found;
    }
  }

  async #readForList(instanceId: string): Promise<Resealable | 'unreadable' | undefined> {
    try {
      return await this.#read(instanceId);
    } catch (error) {
      if (!(error instanceof RecordUnreadable)) throw error;
      this.#onUnreadable(error.where, error.reason);
      return 'unreadable';
    }
  }

  async #scan(key: string, cursor: string): Promise<[cursor: string, ids: string[]]> {
    const answer = await this.#connection.run((send) =>
      send('SSCAN', key, cursor, 'COUNT', String(PAGE_SIZE)),
    );
    const [next, ids] = answer as [Buffer, Buffer[]];
    return [next.toString(), ids.map((id) => id.toString())];
  }

  async #read(instanceId: string): Promise<Resealable | undefined> {
    const key = this.#keys.record(instanceId);
    const answer = await this.#connection.run((send) => send('HMGET', key, 'version', 'record'));
    const [version, bytes] = answer as [Buffer | null, Buffer | null];
    if (version === null) return undefined;
    const where = `Redis key ${JSON.stringify(key)}`;
    if (bytes === null) throw new RecordUnreadable(where, 'it has no field "record"; was it edited by hand?');
    const { record, isCurrent } = this.#codec.decode(bytes, instanceId, where);
    if (record.instanceId !== instanceId) {
      throw new RecordUnreadable(where, 'it is the record of another instance; was it copied?');
    }
    return { record, isCurrent, version: version.toString() };
  }
}

/** Looks how each newly connected Redis is set up, and tells each problem once. */
function warner(onWarning: (problem: string) => void): (send: SendCommand) => void {
  const told = new Set<string>();
  const look = async (send: SendCommand): Promise<void> => {
    const sections = [await send('INFO', 'persistence'), await send('INFO', 'memory')];
    for (const problem of durabilityProblems(sections.join('\n'))) {
      if (told.has(problem)) continue;
      told.add(problem);
      onWarning(problem);
    }
  };
  return (send) => {
    // A user without the right to ask, or a connection that is gone again: then nothing can be said.
    look(send).catch(() => undefined);
  };
}
