import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { CannotOpen, RecordCipher } from './record-cipher.js';

const newKey = (): string => randomBytes(32).toString('base64');
const [one, two, three] = [newKey(), newKey(), newKey()];
const text = Buffer.from('{"password":"of the instance"}');

describe('RecordCipher', () => {
  test('opens what it sealed, where it sealed it', () => {
    const cipher = new RecordCipher([one]);
    const sealed = cipher.seal(text, 'place');
    expect(sealed.includes('password')).toBe(false);
    expect(cipher.open(sealed, 'place')).toEqual(text);
    expect(() => cipher.open(sealed, 'elsewhere')).toThrow(CannotOpen);
  });

  test('seals the same differently each time', () => {
    const cipher = new RecordCipher([one]);
    expect(cipher.seal(text, 'place')).not.toEqual(cipher.seal(text, 'place'));
  });

  test('does not open bytes of which a single bit was changed', () => {
    const cipher = new RecordCipher([one]);
    const sealed = cipher.seal(text, 'place');
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      expect(() => cipher.open(changed, 'place')).toThrow(CannotOpen);
    }
  });

  test('does not open bytes that were cut', () => {
    const cipher = new RecordCipher([one]);
    const sealed = cipher.seal(text, 'place');
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => cipher.open(sealed.subarray(0, length), 'place')).toThrow(CannotOpen);
    }
  });

  test('seals with the first key and opens with every one', () => {
    const before = new RecordCipher([one]);
    const during = new RecordCipher([two, one]);
    const after = new RecordCipher([two]);
    const old = before.seal(text, 'place');
    const current = during.seal(text, 'place');
    expect([during.open(old, 'place'), during.isCurrent(old)]).toEqual([text, false]);
    expect([after.open(current, 'place'), after.isCurrent(current)]).toEqual([text, true]);
    expect(() => after.open(old, 'place')).toThrow(/^it is encrypted under the key [0-9a-f]{8}, which/);
    expect(() => new RecordCipher().open(old, 'place')).toThrow(/it has none/);
    expect(() => new RecordCipher([three]).open(old, 'place')).toThrow(CannotOpen);
  });

  test('leaves everything as it is without a key', () => {
    const cipher = new RecordCipher();
    expect(cipher.encrypts).toBe(false);
    expect(cipher.seal(text, 'place')).toEqual(text);
    expect([cipher.open(text, 'place'), cipher.isCurrent(text)]).toEqual([text, true]);
  });

  test('takes plain bytes beside a key only when told', () => {
    expect(() => new RecordCipher([one]).open(text, 'place')).toThrow(/not encrypted/);
    const entering = new RecordCipher([one, 'plain']);
    expect([entering.encrypts, entering.open(text, 'place'), entering.isCurrent(text)]).toEqual([
      true,
      text,
      false,
    ]);
    const leaving = new RecordCipher(['plain', one]);
    const sealed = new RecordCipher([one]).seal(text, 'place');
    expect(leaving.seal(text, 'place')).toEqual(text);
    expect([leaving.encrypts, leaving.open(sealed, 'place'), leaving.isCurrent(sealed)]).toEqual([
      false,
      text,
      false,
    ]);
  });

  test.each([
    ['too short', randomBytes(16).toString('base64')],
    ['too long', randomBytes(48).toString('base64')],
    ['in hex', randomBytes(32).toString('hex')],
    ['with a line break', `${newKey()}\n`],
    ['not base64', 'not a key but something that was pasted here'],
    ['empty', ''],
  ])('refuses a key that is %s without quoting it', (_, key) => {
    const refusal = ((): string => {
      try {
        return `accepted: ${String(new RecordCipher([one, key]).encrypts)}`;
      } catch (error) {
        return String(error);
      }
    })();
    expect(refusal).toBe(
      'Error: encryption key 2 is not base64 of 32 bytes; make one with "openssl rand -base64 32"',
    );
  });

  test('refuses to have no key at all', () => {
    expect(() => new RecordCipher([])).toThrow(/no encryption key/);
  });
});
