import { randomUUID } from 'node:crypto';
import { KubeError } from '@mesitis/kube';
import type { Kube, KubeObject, ObjectRef, PageOptions } from '@mesitis/kube';
import type { InstanceRecord } from './instance-record.js';
import type { InstanceFilter, InstanceStore, StoredInstance } from './instance-store.js';
import { matchesFilter, StoreConflict, StoreUnavailable } from './instance-store.js';
import { RecordCipher } from './record-cipher.js';
import type { OnUnreadable } from './record-codec.js';
import { RecordCodec, RecordUnreadable, tooLarge } from './record-codec.js';
import type { RecordsPlace } from './record-secret.js';
import {
  contentOf,
  isBeingDeleted,
  isWrite,
  MAX_SECRET_BYTES,
  parseVersion,
  recordRef,
  recordSecret,
  recordsQuery,
  versionOf,
} from './record-secret.js';
import { isOutcomeUnknown, isOvertaken, isTooLarge, unavailable } from './record-secret-errors.js';
import type { Resealable, ResealOutcome } from './reseal.js';
import { reseal } from './reseal.js';

/** What a {@link KubernetesInstanceStore} needs. */
export interface KubernetesStoreOptions extends RecordsPlace {
  kube: Pick<Kube, 'get' | 'pages' | 'create' | 'update' | 'remove'>;
  /** Encrypts beyond what the cluster does; nothing unless told. */
  cipher?: RecordCipher;
  onUnreadable: OnUnreadable;
  /** Marks a write: random. */
  newMark?: () => string;
  /** Records to a page of a list. */
  pageSize?: number;
}

const PAGE_SIZE = 100;
/** How long an answer to "are you there" may take; a readiness probe waits for it. */
const AVAILABILITY_TIMEOUT_MS = 2_000;
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Instances as Secrets of the broker's namespace, one each (docs/storage.md). The API server compares and swaps: by
 * resourceVersion and uid. A Secret that is being deleted counts as gone, because whoever deleted it meant that.
 */
export class KubernetesInstanceStore implements InstanceStore {
  /** Whoever may read Secrets of this namespace may read what records hold anyway. */
  readonly keepsSecrets = true;
  readonly #kube: KubernetesStoreOptions['kube'];
  readonly #place: RecordsPlace;
  readonly #codec: RecordCodec;
  readonly #onUnreadable: OnUnreadable;
  readonly #newMark: () => string;
  readonly #pageSize: number;

  /** @throws Error when the name is not a DNS label */
  constructor(options: KubernetesStoreOptions) {
    const { kube, namespace, name, cipher = new RecordCipher(), onUnreadable } = options;
    const { newMark = randomUUID, pageSize = PAGE_SIZE } = options;
    if (!DNS_LABEL.test(name)) {
      throw new Error(
        "the broker's name must be a DNS label: at most 63 of a-z, 0-9 and -, to name its Secrets by",
      );
    }
    this.#kube = kube;
    this.#place = { namespace, name };
    this.#codec = new RecordCodec(cipher, 'gzip');
    this.#onUnreadable = onUnreadable;
    this.#newMark = newMark;
    this.#pageSize = pageSize;
  }

  /** @throws RecordUnreadable */
  async get(instanceId: string): Promise<StoredInstance | undefined> {
    const secret = await this.#find(recordRef(this.#place, instanceId));
    if (secret === undefined) return undefined;
    const { record, version } = this.#read(secret);
    return { record, version };
  }

  async put(record: InstanceRecord, expected: string | undefined): Promise<string> {
    const { instanceId } = record;
    const ref = recordRef(this.#place, instanceId);
    const bytes = this.#codec.encode(record, ref.name);
    if (bytes.length > MAX_SECRET_BYTES) throw tooLarge(instanceId, bytes.length, MAX_SECRET_BYTES);
    const mark = this.#newMark();
    const secret = recordSecret(this.#place, { record, bytes, mark });
    const verb = expected === undefined ? 'create' : 'update';
    try {
      return versionOf(await this.#write(secret, expected));
    } catch (error) {
      if (isOutcomeUnknown(error)) {
        const found = await this.#find(ref);
        if (found !== undefined && isWrite(found, mark)) return versionOf(found);
      }
      if (isTooLarge(error)) throw tooLarge(instanceId, bytes.length, MAX_SECRET_BYTES);
      if (!isOvertaken(error, verb)) throw unavailable(error, verb, this.#place.namespace);
      if (verb === 'create') await this.#refuseHeld(ref);
      throw new StoreConflict(instanceId);
    }
  }

  async delete(instanceId: string, expected: string): Promise<void> {
    const ref = recordRef(this.#place, instanceId);
    const version = parseVersion(expected);
    if (version === undefined) throw new StoreConflict(instanceId);
    try {
      if (await this.#kube.remove(ref, version)) return;
    } catch (error) {
      if (isOutcomeUnknown(error) && (await this.#find(ref))?.metadata.uid !== version.uid) return;
      if (!isOvertaken(error, 'delete')) throw unavailable(error, 'delete', this.#place.namespace);
    }
    throw new StoreConflict(instanceId);
  }

  async *list(filter?: InstanceFilter): AsyncGenerator<StoredInstance> {
    for await (const found of this.#records(filter)) {
      if (found === 'unreadable') continue;
      const { record, version } = found;
      // Labels can be edited by hand, so they only make the list short.
      if (matchesFilter(record, filter)) yield { record, version };
    }
  }

  async count(filter: InstanceFilter): Promise<number> {
    let count = 0;
    for await (const secret of this.#secrets(filter, { metadataOnly: true })) {
      if (!isBeingDeleted(secret)) count += 1;
    }
    return count;
  }

  async isAvailable(): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(AVAILABILITY_TIMEOUT_MS);
      await this.#secrets({}, { limit: 1, metadataOnly: true, signal }).next();
      return true;
    } catch {
      return false;
    }
  }

  /** The connections are the Kubernetes client's. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Writes all records anew that are not under the first encryption key. */
  async reseal(): Promise<ResealOutcome> {
    if (!this.#codec.isExchanging) return { rewritten: 0, left: 0 };
    return reseal(this, this.#records());
  }

  async *#records(filter?: InstanceFilter): AsyncGenerator<Resealable | 'unreadable'> {
    for await (const secret of this.#secrets(filter, { limit: this.#pageSize })) {
      if (isBeingDeleted(secret)) continue;
      let found: Resealable;
      try {
        found = this.#read(secret);
      } catch (error) {
        if (!(error instanceof RecordUnreadable)) throw error;
        this.#onUnreadable(error.where, error.reason);
        yield 'unreadable';
        continue;
      }
      yield found;
    }
  }

  async *#secrets(filter: InstanceFilter | undefined, options: PageOptions): AsyncGenerator<KubeObject> {
    const query = recordsQuery(this.#place, filter);
    if (query === undefined) return;
    try {
      // A consumer that throws between two pages ends this generator, and what it throws does not come by here.
      for await (const page of this.#kube.pages(query, options)) yield* page.items;
    } catch (error) {
      throw unavailable(error, 'list', this.#place.namespace);
    }
  }

  #read(secret: KubeObject): Resealable {
    const { namespace, name = '' } = secret.metadata;
    const where = `Secret ${namespace ?? ''}/${name}`;
    const content = contentOf(secret);
    if (!Buffer.isBuffer(content)) throw new RecordUnreadable(where, content.problem);
    const { record, isCurrent } = this.#codec.decode(content, name, where);
    if (recordRef(this.#place, record.instanceId).name !== name) {
      throw new RecordUnreadable(where, 'it is the record of another instance; was it copied?');
    }
    return { record, isCurrent, version: versionOf(secret) };
  }

  /** The Secret, unless it is gone or about to go. */
  async #find(ref: ObjectRef): Promise<KubeObject | undefined> {
    try {
      const secret = await this.#kube.get(ref);
      return secret === undefined || isBeingDeleted(secret) ? undefined : secret;
    } catch (error) {
      throw unavailable(error, 'get', this.#place.namespace);
    }
  }

  /** @throws StoreUnavailable when what is in the way is gone already but for its finalizers */
  async #refuseHeld(ref: ObjectRef): Promise<void> {
    if ((await this.#find(ref)) !== undefined) return;
    throw new StoreUnavailable(
      `Secret ${ref.namespace ?? ''}/${ref.name} is being deleted; if it stays, take away its finalizers`,
    );
  }

  #write(secret: KubeObject, expected: string | undefined): Promise<KubeObject> {
    if (expected === undefined) return this.#kube.create(secret);
    const version = parseVersion(expected);
    // Not a version of this store: nothing can have it.
    if (version === undefined) throw new KubeError('conflict', 'the version is of another store');
    return this.#kube.update({ ...secret, metadata: { ...secret.metadata, ...version } });
  }
}
