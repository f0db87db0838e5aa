import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/** In a list of keys: records without encryption. */
export const PLAIN = 'plain';

/** Begins whatever was sealed here; plain records begin otherwise. */
const MAGIC = Buffer.from('MSR1');
const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const SALT_BYTES = 24;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = MAGIC.length + KEY_ID_BYTES + SALT_BYTES;

/** A key with the name under which sealed bytes refer to it. */
interface NamedKey {
  id: Buffer;
  key: Buffer;
}

/** What is sealed can't be opened: the message says why and names a key by its id at most. */
export class CannotOpen extends Error {
  override readonly name = 'CannotOpen';
}

/**
 * Seals records with AES-256-GCM. The first of its keys seals, all of them open, so that keys can be exchanged while
 * the broker runs. {@link PLAIN} may stand for a key: first, nothing is sealed; later, what is not sealed is taken all
 * the same, which is the way into encryption and out of it.
 *
 * Each record is sealed under a key of its own, derived (HKDF-SHA-256) from the configured one and 24 random bytes, so
 * the number of writes under one configured key is not bounded as it is for random nonces (NIST SP 800-38D, 8.3). The
 * place where a record lies is authenticated with it: moved elsewhere, it doesn't open.
 */
export class RecordCipher {
  /** Whether what is written is sealed. */
  readonly encrypts: boolean;
  /** Whether there may be records that are not as they would be written: there is more than one key. */
  readonly isExchanging: boolean;
  /** Whether what is read may be plain. */
  readonly #takesPlain: boolean;
  readonly #keys: readonly NamedKey[];

  /**
   * @param keys base64 of 32 bytes each, or {@link PLAIN}
   * @throws Error that tells by its number which key is wrong, and never quotes it
   */
  constructor(keys: readonly string[] = [PLAIN]) {
    if (keys.length === 0) throw new Error('there is no encryption key; give one, or the word "plain"');
    this.encrypts = keys[0] !== PLAIN;
    this.isExchanging = keys.length > 1;
    this.#takesPlain = keys.includes(PLAIN);
    this.#keys = keys.flatMap((key, index) => (key === PLAIN ? [] : [namedKey(key, index + 1)]));
  }

  /** Whether these bytes were sealed, by whatever key. */
  static isSealed(bytes: Buffer): boolean {
    return bytes.subarray(0, MAGIC.length).equals(MAGIC);
  }

  /** The bytes as they are to be kept. @param place where they will lie */
  seal(bytes: Buffer, place: string): Buffer {
    const [first] = this.#keys;
    if (!this.encrypts || first === undefined) return bytes;
    const header = Buffer.concat([MAGIC, first.id, randomBytes(SALT_BYTES)]);
    const { key, nonce } = recordKey(first, header);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(
      Buffer.concat([header, Buffer.from(place)]),
    );
    const sealed = Buffer.concat([cipher.update(bytes), cipher.final()]);
    return Buffer.concat([header, cipher.getAuthTag(), sealed]);
  }

  /** The bytes as they were before {@link seal}. @throws CannotOpen */
  open(bytes: Buffer, place: string): Buffer {
    if (!RecordCipher.isSealed(bytes)) {
      if (this.#takesPlain) return bytes;
      throw new CannotOpen('it is not encrypted, and this broker takes encrypted records only');
    }
    const header = bytes.subarray(0, HEADER_BYTES);
    const named = this.#keyOf(header);
    const { key, nonce } = recordKey(named, header);
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.concat([header, Buffer.from(place)]))
        .setAuthTag(bytes.subarray(HEADER_BYTES, HEADER_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(HEADER_BYTES + TAG_BYTES)), decipher.final()]);
    } catch (error) {
      throw new CannotOpen('it was changed, or moved here from elsewhere, since it was encrypted', {
        cause: error,
      });
    }
  }

  /** Whether {@link seal} would seal as these bytes are sealed; false: they wait for a key's exchange. */
  isCurrent(bytes: Buffer): boolean {
    if (!RecordCipher.isSealed(bytes)) return !this.encrypts;
    return this.encrypts && keyIdIn(bytes).equals(this.#keys[0]?.id ?? Buffer.alloc(0));
  }

  #keyOf(header: Buffer): NamedKey {
    const id = keyIdIn(header);
    const found = this.#keys.find((candidate) => candidate.id.equals(id));
    if (found !== undefined) return found;
    const known = this.#keys.map((candidate) => candidate.id.toString('hex')).join(', ');
    throw new CannotOpen(
      `it is encrypted under the key ${id.toString('hex')}, which this broker was not given ` +
        `(it has ${known === '' ? 'none' : known}); add that key behind the others`,
    );
  }
}

function keyIdIn(bytes: Buffer): Buffer {
  return bytes.subarray(MAGIC.length, MAGIC.length + KEY_ID_BYTES);
}

function recordKey({ key }: NamedKey, header: Buffer): { key: Buffer; nonce: Buffer } {
  const salt = header.subarray(MAGIC.length + KEY_ID_BYTES);
  const derived = Buffer.from(
    hkdfSync('sha256', key, salt, 'mesitis instance record', KEY_BYTES + NONCE_BYTES),
  );
  return { key: derived.subarray(0, KEY_BYTES), nonce: derived.subarray(KEY_BYTES) };
}

function namedKey(text: string, number: number): NamedKey {
  const key = Buffer.from(text, 'base64');
  // Node reads base64 leniently: what doesn't come out again as it went in was something else.
  if (key.length !== KEY_BYTES || key.toString('base64') !== text) {
    throw new Error(
      `encryption key ${number} is not base64 of ${KEY_BYTES} bytes; make one with "openssl rand -base64 ${KEY_BYTES}"`,
    );
  }
  const id = createHash('sha256').update('mesitis key id').update(key).digest().subarray(0, KEY_ID_BYTES);
  return { id, key };
}
