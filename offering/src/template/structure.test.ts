import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '../json.js';
import { renderTemplate } from './render.js';
import { TemplateError } from './template-error.js';

const TEMPLATE = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a-${instance.shortId}', labels: { tier: '${parameters.value}' } },
  data: { whole: '${parameters.value}', part: 'x ${parameters.value} y', '$${key}': '$${literal}' },
  list: ['${parameters.value}', { deep: '${has(parameters.value) ? parameters.value : "none"}' }, '$', null],
} satisfies Json;

/** Places at which expressions stand, in the order of {@link leaves}. */
const PLACES = new Set([
  'metadata.name',
  'metadata.labels.tier',
  'data.whole',
  'data.part',
  'list.0',
  'list.1.deep',
]);

function render(parameters: JsonObject): Json {
  const instance = { id: 'i', shortId: 's', name: 'n' };
  return renderTemplate(
    TEMPLATE as Json,
    { instance, consumer: { namespace: 'c' }, offering: 'o', parameters },
    () => 'generated',
  );
}

/** Every value that is no object and no list, by its path. */
function leaves(value: Json, path = ''): [path: string, value: Json][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, member]) =>
    leaves(member, path === '' ? key : `${path}.${key}`),
  );
}

/** Texts that mean something to parsers of templates, JSON, YAML and shells. */
const HOSTILE = [
  '${instance.id}',
  '$${x}',
  '${',
  '}',
  '"}, {"kind": "Secret"',
  'a: b\\n---\\nkind: Secret',
  '$(id)',
  '{{ .Values }}',
  '__proto__',
  '\\u0000',
];

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(...HOSTILE),
  fc.tuple(fc.string(), fc.constantFrom(...HOSTILE), fc.string()).map((parts) => parts.join('')),
);

describe('a parameter, whatever it is,', () => {
  it('that is a scalar changes nothing but the scalars at its places', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          fc.maxSafeInteger(),
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.boolean(),
        ),
        (value) => {
          const rendered = leaves(render({ value }));
          const written = leaves(TEMPLATE);
          expect(rendered.map(([path]) => path)).toEqual(written.map(([path]) => path));
          for (const [index, [path, after]] of rendered.entries()) {
            if (PLACES.has(path)) expect(['string', 'number', 'boolean']).toContain(typeof after);
            else expect(after).toBe(path === 'data.$${key}' ? '${literal}' : written[index]?.[1]);
          }
          const values = new Map(rendered);
          expect(values.get('data.whole')).toEqual(Object.is(value, -0) ? 0 : value);
          if (typeof value === 'string') expect(values.get('data.part')).toBe(`x ${value} y`);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('that is a list, an object or null is refused', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()), fc.constant(null)),
        (value) => {
          expect(() => render({ value: value as Json })).toThrow(TemplateError);
        },
      ),
    );
  });

  it('gives a value or a TemplateError without it, in any expression', () => {
    const expressions = fc.constantFrom(
      'parameters.value',
      'parameters.value + "x"',
      'parameters.value + 1',
      'parameters.value.matches(parameters.value)',
      'parameters.value.map(x, x)[0]',
      'parameters.value.a.b',
      'parameters[parameters.value]',
      'int(parameters.value)',
      'timestamp(parameters.value)',
      'string(parameters.value)',
      'size(parameters.value)',
      '{parameters.value: 1}[parameters.value]',
    );
    fc.assert(
      fc.property(expressions, fc.jsonValue(), (code, value) => {
        const scope = {
          instance: { id: 'i', shortId: 's', name: 'n' },
          consumer: { namespace: 'c' },
          offering: 'o',
          parameters: { value: value as Json, marker: 'hunter2' },
        };
        try {
          const result: unknown = renderTemplate(`\${${code}}`, scope, () => '');
          expect(['string', 'number', 'boolean']).toContain(typeof result);
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
