import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { instanceRecord } from '../testing/record-fixture.js';
import { RecordCipher } from './record-cipher.js';
import { MAX_JSON_BYTES, RecordCodec, RecordUnreadable } from './record-codec.js';

const record = instanceRecord('i');
const key = randomBytes(32).toString('base64');
const plain = new RecordCipher();
const where = 'Secret ns/a';

describe('RecordCodec', () => {
  test.each([
    ['as JSON', new RecordCodec(plain, 'json')],
    ['compressed', new RecordCodec(plain, 'gzip')],
    ['encrypted', new RecordCodec(new RecordCipher([key]), 'json')],
  ])('gives back what it kept %s', (_, codec) => {
    expect(codec.decode(codec.encode(record, 'i'), 'i', where)).toEqual({ record, isCurrent: true });
  });

  test('keeps JSON that people can read', () => {
    expect(JSON.parse(new RecordCodec(plain, 'json').encode(record, 'i').toString())).toEqual(record);
  });

  test('reads every form that is not encrypted, whichever it writes', () => {
    const small = new RecordCodec(plain, 'gzip').encode(record, 'i');
    expect(new RecordCodec(plain, 'json').decode(small, 'i', where).record).toEqual(record);
  });

  test('refuses a record beyond the limit', () => {
    const large = instanceRecord('i', { note: 'x'.repeat(MAX_JSON_BYTES) });
    expect(() => new RecordCodec(plain, 'gzip').encode(large, 'i')).toThrow(
      expect.objectContaining({ name: 'RecordTooLarge' }),
    );
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['text that is no JSON', Buffer.from('{"instanceId": "i", secret')],
    ['half of a compressed record', gzipSync(JSON.stringify(record)).subarray(0, 100)],
    ['a bomb', gzipSync(Buffer.alloc(MAX_JSON_BYTES + 1, ' '))],
    ['JSON that is no record', Buffer.from('{"instanceId":"secret"}')],
    ['a list', Buffer.from('[]')],
    ['null', Buffer.from('null')],
    ['a record without its operation', Buffer.from(JSON.stringify({ ...record, operation: undefined }))],
    [
      'an encrypted record without the key',
      new RecordCodec(new RecordCipher([key]), 'json').encode(record, 'i'),
    ],
  ])('says where it found %s, and nothing of what it found', (_, bytes) => {
    const read = (): unknown => new RecordCodec(plain, 'json').decode(bytes, 'i', where);
    expect(read).toThrow(RecordUnreadable);
    expect(read).toThrow(/^the record in Secret ns\/a can not be read: it (?!.*secret)/);
  });
});
