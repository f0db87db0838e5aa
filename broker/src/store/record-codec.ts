import { gunzipSync, gzipSync } from 'node:zlib';
import { isJsonObject } from '../json.js';
import type { InstanceRecord } from './instance-record.js';
import { RecordTooLarge } from './instance-store.js';
import { CannotOpen, RecordCipher } from './record-cipher.js';

/** What lies at a record's place is not a record of ours: somebody edited it, or its key is missing. */
export class RecordUnreadable extends Error {
  override readonly name = 'RecordUnreadable';
  /** Where it lies: "Secret ns/name". */
  readonly where: string;
  readonly reason: string;

  constructor(where: string, reason: string) {
    super(`the record in ${where} can not be read: ${reason}`);
    this.where = where;
    this.reason = reason;
  }
}

/** Told of what `list` leaves out. */
export type OnUnreadable = (where: string, reason: string) => void;

/** The JSON of a record has at most this many bytes, whatever the store: more would be a mistake of somebody. */
export const MAX_JSON_BYTES = 16 * 1024 * 1024;

/** A record that was read. */
export interface Decoded {
  record: InstanceRecord;
  /** Whether it would be written under the same key today. */
  isCurrent: boolean;
}

/** How a store keeps a record that is not encrypted: as text, or small. Encrypted records are always small. */
export type PlainForm = 'json' | 'gzip';

/** Turns records into the bytes that a durable store keeps, and back. */
export class RecordCodec {
  readonly #cipher: RecordCipher;
  readonly #plainForm: PlainForm;

  constructor(cipher: RecordCipher, plainForm: PlainForm) {
    this.#cipher = cipher;
    this.#plainForm = plainForm;
  }

  /** Whether records are encrypted. */
  get encrypts(): boolean {
    return this.#cipher.encrypts;
  }

  /** Whether the encryption key is being exchanged. */
  get isExchanging(): boolean {
    return this.#cipher.isExchanging;
  }

  /**
   * The bytes to keep.
   * @param place where they will lie, as {@link decode} will be told; nobody can move an encrypted record elsewhere
   * @throws RecordTooLarge
   */
  encode(record: InstanceRecord, place: string): Buffer {
    const json = Buffer.from(JSON.stringify(record));
    if (json.length > MAX_JSON_BYTES) throw tooLarge(record.instanceId, json.length, MAX_JSON_BYTES);
    if (!this.encrypts && this.#plainForm === 'json') return json;
    return this.#cipher.seal(gzipSync(json), place);
  }

  /**
   * The record in these bytes, whatever their form.
   * @param where for the message
   * @throws RecordUnreadable
   */
  decode(bytes: Buffer, place: string, where: string): Decoded {
    let value: unknown;
    try {
      const opened = this.#cipher.open(bytes, place);
      value = JSON.parse(inflated(opened).toString());
    } catch (error) {
      if (error instanceof CannotOpen) throw new RecordUnreadable(where, error.message);
      // Nothing of the content may get into a message, and that of a parser quotes it.
      throw new RecordUnreadable(where, 'it is neither JSON nor compressed JSON; was it edited by hand?');
    }
    if (!isRecord(value)) {
      throw new RecordUnreadable(where, 'it lacks what every record has; was it edited by hand?');
    }
    return { record: value, isCurrent: this.#cipher.isCurrent(bytes) };
  }
}

/** The failure for a record that a store does not take. */
export function tooLarge(instanceId: string, bytes: number, limit: number): RecordTooLarge {
  return new RecordTooLarge(
    `the record of instance ${JSON.stringify(instanceId)} has ${bytes} bytes where the store takes ${limit}; ` +
      'let the offering make fewer or smaller objects, or send smaller parameters',
  );
}

function inflated(bytes: Buffer): Buffer {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return isGzip ? gunzipSync(bytes, { maxOutputLength: MAX_JSON_BYTES }) : bytes;
}

/** Whether all is there that the broker relies on; what a broker wrote always passes. */
function isRecord(value: unknown): value is InstanceRecord {
  if (!isJsonObject(value)) return false;
  const { instanceId, consumer, state, attributes, operation, resources, bindings } = value;
  const texts = [instanceId, consumer, state];
  return (
    texts.every((text) => typeof text === 'string') &&
    isJsonObject(attributes) &&
    typeof attributes['planId'] === 'string' &&
    isJsonObject(operation) &&
    typeof operation['state'] === 'string' &&
    isJsonObject(resources) &&
    Array.isArray(resources['objects']) &&
    Array.isArray(bindings)
  );
}
