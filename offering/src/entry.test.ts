import { describe, expect, it } from '@jest/globals';
import { entryConfigMap, entryOf, linesOf, type Overrides } from './testing/config-maps.js';

describe('a catalog entry', () => {
  it('has its optional keys in canonical form', () => {
    const entry = entryOf(
      entryConfigMap({
        displayName: 'The API',
        Tags: ['a', 'b', 'a'],
        documentationurl: 'https://example.com/docs',
        supporturl: 'http://example.com',
        imageurl: 'data:image/png;base64,iVBORw0=',
        free: false,
        bindable: false,
        serviceUUID: 'service-3',
        parameters: { type: 'object', properties: { size: { enum: ['s', 'm'] } } },
        bindParameters: {},
        binding: { type: 'postgresql', provider: 'example', format: 'servicebinding' },
        readiness: { wait: false, timeoutSeconds: 60 },
        limits: { perNamespace: 1, total: 10 },
      }),
    );
    expect(entry).toMatchObject({
      displayName: 'The API',
      tags: ['a', 'b'],
      documentationUrl: 'https://example.com/docs',
      supportUrl: 'http://example.com',
      imageUrl: 'data:image/png;base64,iVBORw0=',
      free: false,
      bindable: false,
      serviceUuid: 'service-3',
      parameters: { type: 'object', properties: { size: { enum: ['s', 'm'] } } },
      bindParameters: {},
      binding: { type: 'postgresql', provider: 'example', format: 'servicebinding' },
      readiness: { wait: false, timeoutSeconds: 60 },
      limits: { perNamespace: 1, total: 10 },
    });
  });

  it('leaves out what is not written', () => {
    expect(Object.keys(entryOf(entryConfigMap())).toSorted()).toEqual(
      [
        ...[
          'bindable',
          'credential',
          'description',
          'driftRepair',
          'free',
          'offering',
          'provision',
          'tags',
          'team',
        ],
        ...['uuid', 'version', 'whitelist'],
      ].toSorted(),
    );
  });

  it.each(['team', 'offering', 'description', 'uuid', 'version', 'whitelist'])('must have %s', (key) => {
    expect(linesOf(entryConfigMap({ [key]: undefined }))).toEqual([`${key}: is missing; add it`]);
  });

  it.each<[Overrides, string]>([
    [{ Team: 'b' }, 'Team: means the same as another key here; write team once'],
    [{ whitelists: [] }, 'whitelists: is not a known key; did you mean whitelist'],
    [{ provisionknd: 'x' }, 'provisionknd: is not a known key; did you mean provisionkind'],
    [{ color: 'red' }, 'color: is not a known key; remove it'],
    [{ 'a b': 1 }, '["a b"]: is not a known key; remove it'],
    [{ displayname: null }, 'displayname: is null; write a value or remove the key'],
    [{ displayname: ' ' }, 'displayname: is empty; write a value or remove the key'],
    [{ displayname: 7 }, 'displayname: must be a string but is a number; put it in quotes'],
    [{ description: { a: 1 } }, 'description: must be a string but is an object; write a string'],
    [{ description: 'a ${b}' }, 'description: cannot hold an expression; write the value itself without ${'],
    [{ team: 'API' }, 'team: is "API"; use a-z, 0-9, "." and "-", with a letter or digit at both ends'],
    [{ offering: 'a-' }, 'offering: is "a-"; use a-z'],
    [{ version: 'v 1' }, 'version: is "v 1"; use a-z'],
    [
      { team: 'x'.repeat(52) },
      "offering: makes the plan's name team-offering-version 66 characters long; shorten it",
    ],
    [{ uuid: 'x'.repeat(64) }, 'uuid: is "xxx'],
    [{ uuid: 'a/b' }, 'uuid: is "a/b"; use at most 63 letters, digits, ".", "_" and "-", as in a UUID'],
    [{ serviceuuid: true }, 'serviceuuid: must be a string but is a boolean; put it in quotes'],
    [{ whitelist: 'client-ns' }, 'whitelist: must be a list but is a string; write a list'],
    [{ whitelist: [] }, 'whitelist: lets nobody in; name a namespace, or write "*" for all'],
    [{ whitelist: ['ok', 7] }, 'whitelist[1]: must be a string but is a number; put it in quotes'],
    [{ whitelist: ['a', 'b', 'a'] }, 'whitelist[2]: repeats "a"; remove it'],
    [
      { whitelist: ['a b'] },
      'whitelist[0]: is "a b"; write a namespace, a glob such as team-*, * or cf:ORG/SPACE',
    ],
    [{ whitelist: ['cf:org'] }, 'whitelist[0]: is "cf:org"; write cf:ORG/SPACE'],
    [{ whitelist: ['cf:org/*'] }, 'whitelist[0]: is "cf:org/*"; write cf:ORG/SPACE with the names of one'],
    [{ tags: 'a' }, 'tags: must be a list'],
    [{ tags: [''] }, 'tags[0]: is empty'],
    [{ free: 'true' }, 'free: must be true or false, without quotes but is a string'],
    [{ bindable: 1 }, 'bindable: must be true or false'],
    [{ documentationurl: 'docs' }, 'documentationurl: is not an absolute http or https URL'],
    [{ supporturl: 'mailto:a@example.com' }, 'supporturl: is not an absolute http or https URL'],
    [{ imageurl: 'data:text/html,x' }, 'imageurl: is not an absolute http or https URL'],
    [{ binding: { typ: 'x' } }, 'binding.typ: is not a known key; did you mean type'],
    [{ binding: [] }, 'binding: must be an object but is a list; write an object'],
    [{ binding: { purpose: 'x' } }, 'binding.purpose: is not a known key; use type, provider or format'],
    [{ readiness: { wait: 'no' } }, 'readiness.wait: must be true or false'],
    [
      { readiness: { timeoutseconds: 0 } },
      'readiness.timeoutseconds: must be a whole number from 1 to 86400',
    ],
    [{ limits: { total: '5' } }, 'limits.total: must be a number, without quotes but is a string'],
    [{ limits: { pernamespace: 1.5 } }, 'limits.pernamespace: must be a whole number from 1 to 1000000'],
    [{ parameters: true }, 'parameters: must be an object'],
    [
      { parameters: { type: 'string' } },
      'parameters: is not a JSON Schema for parameters: /type must be "object"',
    ],
    [
      { bindparameters: { required: 'a' } },
      'bindparameters: is not a JSON Schema for parameters: /required must be array',
    ],
    [
      { parameters: { $ref: 'other.json' } },
      'parameters: refers to another document at /$ref; move the definition',
    ],
    [
      { parameters: { required: Array.from({ length: 1_500 }, (_, index) => `p${index}`) } },
      'parameters: has 1501 keys and items, and more than 1500 take too long to check',
    ],
    [{ parameters: { title: 'x'.repeat(65_536) } }, 'parameters: is larger than 64 kB'],
  ])('with %j is told: %s', (override, line) => {
    expect(linesOf(entryConfigMap(override))).toEqual([expect.stringContaining(line)]);
  });

  it.each([
    ['1', '1'],
    ['0', '0'],
    ['"1.10"', '1.10'],
    ['2024-01-01', '2024-01-01'],
    ['v1', 'v1'],
  ])('takes version: %s in YAML as %j', (written, version) => {
    expect(entryOf(yaml(`version: ${written}`)).version).toBe(version);
  });

  it.each(['1.0', '1.10', '1e3', '0x10', '007', '-1'])('asks for quotes around version: %s', (written) => {
    expect(linesOf(yaml(`version: ${written}`))).toEqual([
      `version: is the number "${written}", whose text would change; put it in quotes`,
    ]);
  });
});

function yaml(version: string): ReturnType<typeof entryConfigMap> {
  return entryConfigMap(
    [
      'team: api',
      'offering: api-service',
      'description: An api service',
      'uuid: 3',
      version,
      'whitelist: ["*"]',
      'provisionnonclusterurl: {url: "https://api.example.com"}',
      'credentialnocredential:',
    ].join('\n'),
  );
}
