import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../json.js';
import { configMapPath } from '../path.js';
import { Report } from '../report.js';
import { checkTemplate } from './check.js';
import { parameterFacts } from './parameter-facts.js';
import type { ExpressionPlace } from './place.js';

const SCHEMA: JsonObject = {
  properties: {
    size: { type: 'string' },
    count: { type: 'integer', default: 1 },
    ratio: { type: 'number', default: 1 },
    debug: { type: 'boolean' },
    list: { type: 'array' },
    either: { type: ['string', 'integer'] },
  },
  required: ['size', 'list', 'either'],
  additionalProperties: false,
};

function problems(
  code: string,
  place: ExpressionPlace = { generates: 'binding' },
  schema?: JsonObject,
): string[] {
  const report = new Report();
  const parameters = schema === undefined ? undefined : parameterFacts(schema);
  const at = { path: configMapPath(), position: { line: 1, column: 1 } };
  checkTemplate(`\${${code}}`, at, { ...place, parameters }, report);
  return report.violations.map(
    ({ rule, message }) => `${rule} ${message.replace(/^.*at its character /, '')}`,
  );
}

describe('an expression', () => {
  it.each([
    'instance.id + instance.shortId + instance["name"]',
    'consumer.namespace.size() > 3 ? offering : "x"',
    'has(parameters.x) && parameters.x == 1',
    '"x" in parameters ? string(parameters.x) : ""',
    'parameters.list.exists(x, x.name == "a" || x == instance.name)',
    'parameters.list.map(x, x + 1)[0]',
    'size(parameters.list.filter(x, x > 1)) + 1',
    'parameters.map.all(key, key.startsWith("a"))',
    '{"small": 1, "large": 2}[parameters.size]',
    '[1, 2][0]',
    'type(parameters.x) == int ? 1 : 2',
    'timestamp("2020-01-01T00:00:00Z").getFullYear()',
    'string(duration("1h") + duration("1m"))',
    'generate.password(32) + generate.password(8, "root") + generate.instancePassword(128)',
    'dyn("a") + 1',
    '!(1 < 2) || 1.5 >= 2.0',
    '"a".matches("^[a-z]+$") && matches("a", "b")',
    '1u + uint(2)',
    '-1 % 2',
  ])('is right: %s', (code) => {
    expect(problems(code)).toEqual([]);
  });

  it.each([
    [
      'HOME',
      'MES064 1, uses "HOME", which is no variable; use instance, consumer, offering or parameters, or',
    ],
    [
      '1 + paramters.x',
      'MES064 5, uses "paramters", which is no variable; did you mean parameters, or write $${',
    ],
    ['instance.shortID', 'MES064 9, reads instance.shortID, which there is not; did you mean shortId'],
    ['has(instance.guid)', 'MES064 1, reads instance.guid, which there is not; use id, shortId or name'],
    ['consumer["name"]', 'MES064 9, reads consumer.name, which there is not; use namespace'],
    ['offering.team', 'MES066 9, reads "team" of a string, which has no members; correct it'],
    [
      '[1].map(instance, instance)[0]',
      'MES064 4, gives the variable instance another meaning; choose another name',
    ],
    ['generate', 'MES067 1, uses generate as a value; call generate.password(length) or'],
    [
      'instance.name.lowerAscii()',
      'MES065 14, calls "lowerAscii", which is no function; only the functions of',
    ],
    [
      'instance.name.startWith("a")',
      'MES065 14, calls "startWith", which is no function; did you mean startsWith',
    ],
    ['size("a", "b")', 'MES065 1, calls size in a form that it does not have; see its arguments'],
    ['parameters.list.map(x)', 'MES065 16, calls map in a form that it does not have; see its arguments'],
    [
      'google.protobuf.Int32Value{value: 1}',
      'MES065 1, builds a message, which expressions do not have here',
    ],
    [
      '"a" + 1',
      'MES066 5, uses + with string and int, for which it is not made; convert with int(), double() or st',
    ],
    ['1 + 1.0', 'MES066 3, uses + with int and double'],
    ['1u + 1', 'MES066 4, uses + with uint and int'],
    ['-"a"', 'MES066 1, uses - with string'],
    ['!1', 'MES066 1, uses ! with int'],
    ['instance.name < 1', 'MES066 15, uses < with string and int'],
    ['1 ? 2 : 3', 'MES066 1, has an int where true or false is needed; compare it with something'],
    ['offering && true', 'MES066 1, has a string where true or false is needed'],
    ['1 in 2', 'MES066 3, uses in with int and int'],
    ['offering[0]', 'MES066 9, reads an item of a string; only a list or a map has items'],
    ['offering.map(x, x)[0]', 'MES066 9, goes through a string; only a list or a map has items'],
    [
      '[1, 2]',
      'MES066 has an expression that gives a list; only a string, a number or a boolean may stand here',
    ],
    ['{"a": 1}', 'MES066 has an expression that gives a map; only'],
    ['instance', 'MES066 has an expression that gives a map; only'],
    ['null', 'MES066 has an expression that gives null; only'],
    ['b"a"', 'MES066 has an expression that gives a bytes; only'],
    ['int', 'MES066 has an expression that gives a type; only'],
    ['timestamp(0)', 'MES066 has an expression that gives a timestamp; only'],
    ['duration("1s")', 'MES066 has an expression that gives a duration; only'],
    ['"a".matches("(")', 'MES066 4, has a regular expression that RE2 does not take; correct it'],
    ['"a".matches("a(?=b)")', 'MES066 4, has a regular expression that RE2 does not take'],
    [
      'generate.token(32)',
      'MES065 9, calls generate.token; use generate.password or generate.instancePassword',
    ],
    [
      'generate.password()',
      'MES067 9, calls generate.password with arguments that it does not take; write a length',
    ],
    ['generate.password(7)', 'MES067 9,'],
    ['generate.password(129)', 'MES067 9,'],
    ['generate.password("32")', 'MES067 9,'],
    ['generate.password(parameters.length)', 'MES067 9,'],
    ['generate.password(32, instance.name)', 'MES067 9,'],
    ['generate.password(32, "")', 'MES067 9,'],
    ['generate.password(32, "a/b")', 'MES067 9,'],
    ['generate.password(32, "a", "b")', 'MES067 9,'],
    [
      'a b',
      'MES063 holds an expression that is not CEL from its character 3 on; correct it, or write $${ for a',
    ],
    ['1 +', 'MES063 holds an expression that is not CEL from its character 3 on'],
    ['for', 'MES063 holds an expression that is not CEL from its character 1 on'],
    ['parameters.?x', 'MES063 holds an expression that is not CEL from its character 11 on'],
  ])('is refused: %s: %s', (code, line) => {
    expect(problems(code)).toEqual([expect.stringContaining(line)]);
  });

  it('tells every mistake at once, each once', () => {
    expect(problems('foo + bar + foo + f(1)')).toEqual([
      expect.stringContaining('uses "foo"'),
      expect.stringContaining('uses "bar"'),
      expect.stringContaining('calls "f"'),
    ]);
  });

  it.each([
    [
      'parameters.sice',
      ['MES070 11, reads parameters.sice, which the schema of parameters does not have; did you mean size'],
    ],
    [
      'has(parameters.other) ? 1 : 2',
      ['MES070 1, reads parameters.other, which the schema of parameters does not'],
    ],
    ['"other" in parameters', ['MES070 9, reads parameters.other, which']],
    [
      'parameters.debug',
      ['MES071 11, reads parameters.debug, which a consumer may leave out; require it, give it a'],
    ],
    ['parameters.debug ? parameters.debug : false', ['MES071 11, reads parameters.debug']],
    ['has(parameters.debug) && parameters.debug', []],
    ['parameters.size + "-" + string(parameters.count)', []],
    ['parameters.size + 1', ['MES066 17, uses + with string and int']],
    ['parameters.count + 1.0', ['MES066 18, uses + with int and double']],
    ['parameters.ratio + 1.0', []],
    ['parameters.either + 1', []],
    ['parameters.list', ['MES066 has an expression that gives a list']],
    ['parameters.list.map(parameters, 1)[0]', ['MES064 16, gives the variable parameters another meaning']],
  ])('is held to the schema of parameters: %s', (code, lines) => {
    expect(problems(code, {}, SCHEMA)).toEqual(lines.map((line): unknown => expect.stringContaining(line)));
  });

  it.each<[string, JsonObject]>([
    ['of which nothing is said', {}],
    [
      'that says more elsewhere',
      { properties: { a: {} }, allOf: [{ required: ['x'] }], additionalProperties: false },
    ],
    ['that has patterns', { properties: {}, patternProperties: { '^x': {} }, additionalProperties: false }],
    ['that requires what it does not describe', { required: ['x'] }],
  ])('may read any parameter of a schema %s', (_, schema) => {
    expect(problems('parameters.x', {}, schema).filter((line) => line.startsWith('MES070'))).toEqual([]);
  });

  it('is limited in length, alone and with the others of its payload', () => {
    expect(problems(`"${'x'.repeat(2_046)}"`)).toEqual([]);
    expect(problems(`"${'x'.repeat(2_047)}"`)).toEqual([
      'MES062 holds an expression of 2049 characters; make it at most 2048 long',
    ]);
    const report = new Report();
    const at = { path: configMapPath(), position: { line: 1, column: 1 } };
    for (let count = 0; count < 100; count += 1) checkTemplate(`\${"${'x'.repeat(998)}"}`, at, {}, report);
    expect(report.violations.map(({ rule }) => rule)).toEqual(['MES062']);
  });

  it('nested as deep as its length allows is judged, whatever the outcome', () => {
    for (const code of [
      `${'('.repeat(1_000)}1${')'.repeat(1_000)}`,
      `${'['.repeat(1_000)}1${']'.repeat(1_000)}`,
      `1${'+1'.repeat(1_000)}`,
      '-'.repeat(2_000),
    ]) {
      expect(problems(code).length).toBeLessThan(3);
    }
  });
});
