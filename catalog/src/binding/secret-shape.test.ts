import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '@mesitis/kube';
import { asBinding, asBroker, asClass, asPlan } from '../model/objects.js';
import { object } from '../testing/harness.js';
import { shaped, shapeOf } from './secret-shape.js';
import type { Offer } from './secret-shape.js';

function offerOf(planMetadata: JsonObject, classMetadata: JsonObject = {}): Offer {
  const spec = { externalID: 'id' };
  return {
    broker: asBroker(object('ClusterServiceBroker', 'the-broker', {})),
    serviceClass: asClass(
      object('ClusterServiceClass', 'c', { ...spec, externalName: 'My DB', externalMetadata: classMetadata }),
    ),
    plan: asPlan(
      object('ClusterServicePlan', 'p', { ...spec, externalName: 'p', externalMetadata: planMetadata }),
    ),
  };
}

/** The type and the content of the Secret, or what is wrong with the annotations. */
function secretOf(
  credentials: JsonObject,
  { annotations = {}, offer = offerOf({}) }: { annotations?: Record<string, string>; offer?: Offer } = {},
): { type: string; credentials: unknown } | string {
  const binding = object('ServiceBinding', 'b', {});
  const shape = shapeOf(asBinding({ ...binding, metadata: { ...binding.metadata, annotations } }), offer);
  return typeof shape === 'string' ? shape : shaped(credentials, shape);
}

const WANTED = { 'mesitis/secret-format': 'servicebinding' };

describe('the shape of a Secret', () => {
  test.each<[string, Record<string, string>, JsonObject, string]>([
    ['Opaque without a word', {}, {}, 'Opaque'],
    ['as the annotation says', WANTED, {}, 'servicebinding.io/my-db'],
    ['as the plan says', {}, { binding: { format: 'servicebinding' } }, 'servicebinding.io/my-db'],
    [
      'as an entry of Mesitis says',
      {},
      { mesitis: { binding: { format: 'servicebinding', type: 'pg' } } },
      'servicebinding.io/pg',
    ],
    [
      'as the annotation says against the plan',
      { 'mesitis/secret-format': 'opaque' },
      { binding: { format: 'servicebinding' } },
      'Opaque',
    ],
    ['Opaque for a format of other platforms', {}, { binding: { format: 'vcap-json' } }, 'Opaque'],
    ['Opaque for a type without a format', {}, { binding: { type: 'pg' } }, 'Opaque'],
  ])('is %s', (_case, annotations, metadata, type) => {
    expect(secretOf({}, { annotations, offer: offerOf(metadata) })).toMatchObject({ type });
  });

  test.each([
    ['mesitis/secret-format', 'vcap', 'write "servicebinding" or "opaque"'],
    ['mesitis/binding-type', 'My DB', 'write small letters'],
  ])('is refused when %s is "%s"', (annotation, value, remedy) => {
    const refused = secretOf({}, { annotations: { ...WANTED, [annotation]: value } });
    expect(refused).toContain(`the annotation ${annotation} is "${value}": ${remedy}`);
  });
});

describe('type and provider', () => {
  const offer = offerOf({ binding: { type: 'pg', provider: 'them' } });

  interface Case {
    annotations?: Record<string, string>;
    credentials?: JsonObject;
    from?: Offer;
    expected: { type: string; [key: string]: string };
  }

  test.each<[string, Case]>([
    [
      'the annotations',
      {
        annotations: { 'mesitis/binding-type': 'a', 'mesitis/binding-provider': 'b' },
        expected: { type: 'a', provider: 'b' },
      },
    ],
    [
      'the credentials',
      {
        credentials: { type: 'My SQL', provider: 'it' },
        expected: { type: 'my-sql', provider: 'it', 'original-type': 'My SQL' },
      },
    ],
    ['the plan', { expected: { type: 'pg', provider: 'them' } }],
    [
      'the team',
      { from: offerOf({ mesitis: { team: 'api' } }), expected: { type: 'my-db', provider: 'api' } },
    ],
    [
      'the class',
      { from: offerOf({}, { providerDisplayName: 'Inc' }), expected: { type: 'my-db', provider: 'Inc' } },
    ],
    [
      'the names of class and broker',
      { from: offerOf({}), expected: { type: 'my-db', provider: 'the-broker' } },
    ],
    [
      'the annotations against the credentials, which are kept',
      {
        annotations: { 'mesitis/binding-type': 'a' },
        credentials: { type: 'b', provider: 'it' },
        expected: { type: 'a', provider: 'it', 'original-type': 'b' },
      },
    ],
  ])('are those of %s', (_case, { annotations, credentials = {}, from = offer, expected }) => {
    const secret = secretOf(credentials, { annotations: { ...WANTED, ...annotations }, offer: from });
    expect(secret).toEqual({ type: `servicebinding.io/${expected.type}`, credentials: expected });
  });
});

describe('well-known keys', () => {
  const deliver = (credentials: JsonObject): Record<string, Json> => {
    const secret = secretOf(credentials, { annotations: WANTED });
    const { type: _, provider: __, ...rest } = (secret as { credentials: Record<string, Json> }).credentials;
    return rest;
  };

  test.each<[string, Json]>([
    ['host', 'db.example.com'],
    ['host', '10.0.0.1'],
    ['host', 'fd00::1'],
    ['port', 5432],
    ['port', '65535'],
    ['uri', 'postgres://u:p@h/db'],
    ['username', 'u'],
    ['password', 'p'],
    ['certificates', '-----BEGIN CERTIFICATE-----\n…'],
    ['private-key', '-----BEGIN RSA PRIVATE KEY-----\n…'],
  ])('%s is kept when it is %j', (key, value) => {
    expect(deliver({ [key]: value })).toEqual({ [key]: value });
  });

  test.each<[string, Json]>([
    ['host', 'http://db'],
    ['host', ['a', 'b']],
    ['port', '5432/tcp'],
    ['port', 0],
    ['uri', 'not one'],
    ['username', ''],
    ['password', { a: 1 }],
    ['certificates', 'none'],
    ['private-key', '-----BEGIN CERTIFICATE-----'],
  ])('%s has another name when it is %j', (key, value) => {
    expect(deliver({ [key]: value })).toEqual({ [`original-${key}`]: value });
  });

  test('are added under the names that everybody knows, where they are not there', () => {
    expect(deliver({ hostname: 'a', user: 'b', pass: 'c', url: 'd:e', host: 'f', port: 1 })).toEqual({
      hostname: 'a',
      user: 'b',
      pass: 'c',
      url: 'd:e',
      host: 'f',
      port: 1,
      username: 'b',
      password: 'c',
      uri: 'd:e',
    });
    expect(deliver({ hostname: 'http://no' })).toEqual({ hostname: 'http://no' });
  });

  test('are nothing special in an Opaque Secret', () => {
    const credentials = { port: 'many', type: 'x', hostname: 'a' };
    expect(secretOf(credentials)).toEqual({ type: 'Opaque', credentials });
  });
});
