import { describe, expect, it } from '@jest/globals';
import { decodeProtobuf } from './decode.js';

/** A length-delimited field. */
const bytes = (number: number, value: Buffer | string): Buffer => {
  const content = Buffer.from(value);
  return Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);
};
const varint = (number: number, ...value: number[]): Buffer => Buffer.from([number << 3, ...value]);
const entry = (key: string, value: string): Buffer => Buffer.concat([bytes(1, key), bytes(2, value)]);
const body = (apiVersion: string, kind: string, ...fields: Buffer[]): Buffer => {
  const type = Buffer.concat([bytes(1, apiVersion), bytes(2, kind)]);
  return Buffer.concat([Buffer.from('k8s\0'), bytes(1, type), bytes(2, Buffer.concat(fields))]);
};

describe('protobuf', () => {
  it('reads a Secret with its maps', () => {
    const metadata = Buffer.concat([bytes(1, 'a'), bytes(11, entry('x', 'y')), bytes(11, entry('z', ''))]);
    const secret = body(
      'v1',
      'Secret',
      bytes(1, metadata),
      bytes(2, entry('password', 'hello')),
      bytes(3, 'Opaque'),
      varint(5, 1),
    );
    expect(decodeProtobuf(secret)).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'a', labels: { x: 'y', z: '' } },
      data: { password: 'aGVsbG8=' },
      type: 'Opaque',
      immutable: true,
    });
  });

  it('reads lists and numbers of several bytes, and passes over what it does not know', () => {
    const spec = Buffer.concat([bytes(1, 'a'), bytes(1, 'b'), varint(4, 0xd8, 0x04), bytes(9, 'unknown')]);
    const request = body('authentication.k8s.io/v1', 'TokenRequest', bytes(2, spec));
    expect(decodeProtobuf(request)).toMatchObject({
      spec: { audiences: ['a', 'b'], expirationSeconds: 600 },
    });
  });

  it('reads what a deletion carries, whatever is deleted', () => {
    const options = body('apps/v1', 'DeleteOptions', bytes(2, bytes(1, 'uid')), bytes(5, 'All'));
    expect(decodeProtobuf(options)).toMatchObject({ preconditions: { uid: 'uid' }, dryRun: ['All'] });
  });

  it('refuses kinds that it has no message for', () => {
    expect(() => decodeProtobuf(body('apps/v1', 'Deployment'))).toThrow('kubectl apply -f');
  });

  it.each([
    ['another format', Buffer.from('{}')],
    ['a message that ends within a field', Buffer.concat([Buffer.from('k8s\0'), Buffer.from([0x0a, 9, 1])])],
  ])('refuses %s', (_, broken) => {
    expect(() => decodeProtobuf(broken)).toThrow('protobuf');
  });
});
