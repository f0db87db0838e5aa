import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '../json.js';
import { renderTemplate, usesGenerate, type TemplateScope } from './render.js';
import { TemplateError } from './template-error.js';

const PARAMETERS: JsonObject = {
  size: 'small',
  replicas: 3,
  ratio: 0.5,
  debug: true,
  nothing: null,
  big: 1e21,
  list: ['a', 'b'],
  map: { 'a-b': 1 },
  injection: '"}, {"kind": "Secret", ${instance.id}',
};

function scope(parameters: JsonObject = PARAMETERS): TemplateScope {
  return {
    instance: { id: 'inst-1', shortId: 'abcdefghij', name: 'db' },
    consumer: { namespace: 'client-ns' },
    offering: 'api-service',
    parameters,
  };
}

const generate = (key: string, length: number): string => `<${key}:${length}>`;

function render(value: Json, parameters?: JsonObject): Json {
  return renderTemplate(value, scope(parameters), generate);
}

describe('a template', () => {
  it.each<[string, Json]>([
    ['', ''],
    ['plain $ text', 'plain $ text'],
    ['$${HOME}', '${HOME}'],
    ['a$${b}-${offering}', 'a${b}-api-service'],
    ['${instance.id}', 'inst-1'],
    ['${instance.shortId}-${instance["name"]}', 'abcdefghij-db'],
    ['${consumer.namespace}', 'client-ns'],
    ['${offering}', 'api-service'],
    ['${parameters.replicas}', 3],
    ['${parameters.replicas + 1}', 4],
    ['${parameters.ratio * 2.0}', 1],
    ['${parameters.debug}', true],
    ['${parameters.big}', 1e21],
    ['${1u}', 1],
    ['${parameters.replicas} of ${parameters.ratio}, ${parameters.debug}', '3 of 0.5, true'],
    ['${has(parameters.none) ? parameters.none : "default"}', 'default'],
    ['${"size" in parameters}', true],
    ['${parameters.list[1]}', 'b'],
    ['${parameters.map["a-b"]}', 1],
    ['${size(parameters.list)}', 2],
    ['${parameters.list.map(x, x + "!").exists(x, x == "b!")}', true],
    ['${parameters.list.filter(x, x.matches("^[b-z]$"))[0]}', 'b'],
    ['${matches("abc", "b")}', true],
    ['${"😀é".size()}', 2],
    ['${string(parameters.ratio) + "x"}', '0.5x'],
    ['${r"\\n"}', '\\n'],
    ['${7 / 2}', 3],
    ['${7 % 2 == 1 ? "odd" : "even"}', 'odd'],
  ])('%j gives %j', (text, value) => {
    expect(render(text)).toBe(value);
    expect(render({ a: [text] })).toEqual({ a: [value] });
  });

  it('keeps everything but its expressions, and is not changed', () => {
    const value = { a: [1, null, true, { 'k-$${x}': '$${y}' }], b: '${instance.name}', __proto__x: {} };
    const before = structuredClone(value);
    expect(render(value)).toEqual({ a: [1, null, true, { 'k-$${x}': '${y}' }], b: 'db', __proto__x: {} });
    expect(value).toEqual(before);
  });

  it('may be evaluated again and again, for one instance after the other', () => {
    const value = { name: '${instance.name}-${parameters.size}' };
    const names = ['small', 'large'].map((size) => render(value, { size }));
    expect(names).toEqual([{ name: 'db-small' }, { name: 'db-large' }]);
  });

  it('counts a parameter that is null as not given, and gives it as null', () => {
    expect(render('${has(parameters.nothing)}')).toBe(false);
    expect(render('${parameters.nothing == null}')).toBe(true);
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('sees no %s of JavaScript', (name) => {
    expect(render(`\${has(parameters.${name})}`)).toBe(false);
    for (const code of [`parameters.${name}`, name, `instance.${name}`]) {
      expect(() => render(`\${${code}}`)).toThrow(TemplateError);
    }
    expect(render(`\${parameters.${name}}`, JSON.parse(`{"${name}": "own"}`) as JsonObject)).toBe('own');
  });
});

describe('an expression that fails', () => {
  const secret = 'hunter2';

  it.each<[string, string]>([
    ['${parameters.none}', 'a[0].b: needs the parameter none, which is not given'],
    ['${parameters["none"]}', 'a[0].b: needs the parameter none, which is not given'],
    ['${parameters.map.none}', 'a[0].b: has an expression that reads none, which is not there'],
    ['${parameters.map[parameters.secret]}', 'a[0].b: has an expression that reads a key which is not there'],
    ['${parameters.list[7]}', 'a[0].b: has an expression that reads an item that the list does not have'],
    ['${1 / 0}', 'a[0].b: has an expression that divides by zero'],
    ['${1 % (parameters.replicas - 3)}', 'a[0].b: has an expression that divides by zero'],
    ['${9223372036854775807 + 1}', 'a[0].b: has an expression that gives a number that is too large'],
    [
      '${parameters.secret + parameters.replicas}',
      'a[0].b: has an expression that does not fit the types of its values (string, int); use int(), double() or',
    ],
    ['${int(parameters.secret)}', 'a[0].b: has an expression that fails with these parameters'],
    ['${bool(parameters.secret)}', 'a[0].b: has an expression that fails with these parameters'],
    ['${timestamp(parameters.secret)}', 'a[0].b: has an expression that fails with these parameters'],
    ['${"a".matches("(" + parameters.secret)}', 'a[0].b: has an expression that fails with these parameters'],
    ['${nope}', 'a[0].b: has an expression that uses a name that is not known'],
    ['${nope(1)}', 'a[0].b: has an expression that calls a function that is not known'],
    ['${parameters.list}', 'a[0].b: has an expression that gives no string, number or boolean'],
    ['${parameters.map}', 'a[0].b: has an expression that gives no string, number or boolean'],
    ['x${parameters.map}', 'a[0].b: has an expression that gives no string, number or boolean'],
    ['${null}', 'a[0].b: has an expression that gives no string, number or boolean'],
    ['${b"a"}', 'a[0].b: has an expression that gives no string, number or boolean'],
    ['${timestamp(0)}', 'a[0].b: has an expression that gives no string, number or boolean'],
    ['${duration("1s")}', 'a[0].b: has an expression that gives no string, number or boolean'],
    ['${type(1)}', 'a[0].b: has an expression that gives no string, number or boolean'],
    ['${1.0 / 0.0}', 'a[0].b: has an expression that gives a number which JSON can not hold'],
    ['${9007199254740993}', 'a[0].b: has an expression that gives a number which JSON can not hold'],
    ['${double(parameters.secret)}', 'a[0].b: has an expression that gives a number which JSON can not hold'],
    ['${', 'a[0].b: holds a ${ without its expression'],
    ['${a b}', 'a[0].b: holds an expression that is not CEL, or too long'],
  ])('says where and why, and no value: %s: %s', (text, message) => {
    const evaluate = (): Json => render({ a: [{ b: text }] }, { ...PARAMETERS, secret });
    expect(evaluate).toThrow(TemplateError);
    expect(evaluate).toThrow(message);
    expect(evaluate).not.toThrow(secret);
  });

  it('has no path when the template is the string itself', () => {
    expect(() => render('${parameters.none}')).toThrow(/^needs the parameter none/);
  });
});

describe('parameters of a consumer', () => {
  const numbers = Array.from({ length: 50_000 }, (_, index) => index);

  it.each<[string, string, JsonObject]>([
    ['long lists', '${parameters.a.exists(x, parameters.a.exists(y, x + y < 0))}', { a: numbers }],
    ['lists in lists', '${parameters.a.all(x, x in parameters.a)}', { a: numbers }],
    ['lists that are made', '${size(parameters.a.map(x, x).map(x, x))}', { a: numbers }],
    ['loops that end at once', '${parameters.a.all(x, parameters.a.exists(y, true))}', { a: numbers }],
    ['long steps', `\${parameters.a.all(x, [${'1,'.repeat(900)}1][0] == 1)}`, { a: numbers }],
    [
      'long numbers',
      '${parameters.a.exists(x, int(parameters.b) == 1)}',
      { a: numbers, b: '9'.repeat(50_000) },
    ],
    ['comparisons', '${parameters.a.all(x, parameters.a == parameters.b)}', { a: numbers, b: numbers }],
    [
      'texts that are made longer',
      `\${size([parameters.a]${'.map(x, x + x)'.repeat(60)}[0])}`,
      { a: 'x'.repeat(1_000) },
    ],
    ['lists that are made longer', `\${size([[parameters.a]]${'.map(x, x + x)'.repeat(60)}[0])}`, { a: 'x' }],
    [
      'many texts for a regular expression',
      '${parameters.a.exists(x, x.matches("^([a-z]+-)*[0-9]+$"))}',
      { a: numbers.map(() => 'abc-'.repeat(100)) },
    ],
    [
      'a costly regular expression',
      '${parameters.a.matches(parameters.b)}',
      { a: 'x'.repeat(10_000), b: '(x{1,31}){1,31}$' },
    ],
    [
      'many regular expressions',
      '${parameters.a.exists(x, "a".matches(x))}',
      { a: numbers.map((n) => `b{${(n % 1_000) + 1}}`) },
    ],
  ])('can not keep the broker busy by %s', (_, text, parameters) => {
    expect(() => render(text, parameters)).toThrow('take too much work with these parameters');
  });

  it('may be regular expressions of any kind and texts of any length, within reason', () => {
    expect(render('${parameters.a.matches("^(a+)+$")}', { a: `${'a'.repeat(20_000)}!` })).toBe(false);
    expect(render('${size(parameters.a.map(x, x + 1))}', { a: numbers.slice(0, 1_000) })).toBe(1_000);
    expect(
      render('${parameters.a.all(x, x.matches("^[a-z]{1,63}$"))}', {
        a: numbers.slice(0, 500).map(() => 'abc'),
      }),
    ).toBe(true);
  });

  it('make no template longer than a payload', () => {
    const template = Array.from({ length: 20 }, () => '${parameters.a}');
    expect(() => render(template, { a: 'x'.repeat(100_000) })).toThrow('[10]: becomes too long');
  });

  it('that were too much for one template are no trouble for the next', () => {
    expect(() => render('${parameters.a.map(x, x).map(x, x)[0]}', { a: numbers })).toThrow(TemplateError);
    expect(render('${instance.name}')).toBe('db');
  });
});

describe('a generated value', () => {
  it.each([
    ['${generate.password(32)}', 'instance', '<password//32:32>'],
    ['${generate.password(16, "root")}', 'instance', '<password/root/16:16>'],
    ['postgres://u:${generate.password(8)}@h', 'instance', 'postgres://u:<password//8:8>@h'],
    ['${generate.password(32)}', 'binding', '<binding/password//32:32>'],
    ['${generate.password(16, "root")}', 'binding', '<binding/password/root/16:16>'],
    ['${generate.instancePassword(16, "root")}', 'binding', '<password/root/16:16>'],
    ['${generate.instancePassword(32)}', 'binding', '<password//32:32>'],
    ['${size(generate.password(9)) + generate.password(9).size()}', 'binding', 46],
  ] as const)('%s for the %s is %j', (text, owner, value) => {
    expect(renderTemplate(text, scope(), generate, owner)).toBe(value);
  });

  it('is asked for only where the expression needs it', () => {
    const asked: string[] = [];
    const note = (key: string): string => {
      asked.push(key);
      return 'x';
    };
    renderTemplate('${has(parameters.none) ? generate.password(8) : generate.password(9)}', scope(), note);
    expect(asked).toEqual(['password//9']);
  });

  it.each<[Json, boolean]>([
    ['${generate.password(8)}', true],
    [{ a: ['x', { b: 'y-${"a" + generate.instancePassword(8, "x")}' }] }, true],
    ['${instance.name}', false],
    ['$${generate.password(8)}', false],
    ['${"generate.password(8)"}', false],
    [{ '${generate.password(8)}': 1 }, false],
    ['${', false],
    [null, false],
  ])('is known to be in %j: %j', (value, uses) => {
    expect(usesGenerate(value)).toBe(uses);
  });
});
