import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseProviderConfigMap } from '../configuration.js';
import { entryConfigMap, wrappedConfigMap, type Overrides } from '../testing/config-maps.js';
import { judgeNeighbours } from './judge-neighbours.js';
import { PublishedIndex } from './published-index.js';
import type { Published } from './published.js';

const SELECTORS = ['tier=a', 'tier in (a,b)', 'tier!=a', 'tier', '!tier', 'tier=${parameters.t}'];
const few = fc.constantFrom('1', '2', '3');
const enabled = fc.constantFrom('true', 'true', 'true', 'false');

const entries = fc
  .record({ uuid: few, serviceuuid: fc.option(few), offering: few, version: few, enabled })
  .chain(({ enabled: isEnabled, serviceuuid, ...payload }) =>
    fc.option(fc.constantFrom(...SELECTORS)).map((labelSelector): Published['value'] => {
      const objects: Overrides = {
        provisionkind: 'ProvisionConfigMapObjects',
        provisiondata: { namespace: 'api-ns', name: 'back-end', labelSelector },
      };
      const overrides = {
        ...payload,
        ...(serviceuuid === null ? {} : { serviceuuid }),
        ...(labelSelector === null ? {} : objects),
      };
      return parsed(entryConfigMap(overrides, { 'mesitis/enabled': isEnabled }));
    }),
  );

const objects = fc
  .record({ name: few, needs: few, order: few, tier: fc.constantFrom('a', 'b', undefined), enabled })
  .map(({ name, needs, order, tier, enabled: isEnabled }): Published['value'] => {
    const isPod = name === '1';
    const spec = { containers: [{ name: 'a', image: 'b', envFrom: [{ secretRef: { name: needs } }] }] };
    const payload = { apiVersion: 'v1', kind: isPod ? 'Pod' : 'Secret', metadata: { name } };
    return parsed(
      wrappedConfigMap(isPod ? { ...payload, spec } : payload, {
        'mesitis/kind': isPod ? 'wrapped-pod' : 'wrapped-secret',
        'mesitis/enabled': isEnabled,
        'mesitis/order': order,
        tier,
      }),
    );
  });

function parsed(configMap: Parameters<typeof parseProviderConfigMap>[0]): Published['value'] {
  const result = parseProviderConfigMap(configMap);
  if (!result.ok) throw new Error(JSON.stringify(result.violations));
  return result.value;
}

/** Some share a name, and some have none yet. */
const published = (names: readonly string[]): fc.Arbitrary<Published> =>
  fc.tuple(fc.constantFrom(...names), fc.oneof(entries, objects)).map(([configMap, value]) => ({
    configMap,
    value:
      value.type === 'wrapped-resource' ? { ...value, resource: { ...value.resource, configMap } } : value,
  }));

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];

/** What counts, found by looking at all: of a name the last, the nameless, and never the ConfigMap itself. */
function allBeside(one: Published, stored: readonly Published[], others: readonly Published[]): Published[] {
  const named = new Map([...stored, ...others].map((other) => [other.configMap, other]));
  named.delete('');
  if (one.configMap !== '') named.delete(one.configMap);
  return [...named.values(), ...others.filter(({ configMap }) => configMap === '')];
}

const sorted = (violations: ReturnType<typeof judgeNeighbours>): string[] =>
  violations.map(({ rule, path, message }) => `${rule} ${path} ${message}`).sort();

it('gives of any namespace what a look at all of it would have come to', () => {
  fc.assert(
    fc.property(
      published([...NAMES, '']),
      fc.array(published(NAMES), { maxLength: 12 }),
      fc.array(published([...NAMES, '']), { maxLength: 4 }),
      fc.subarray(NAMES, { maxLength: 2 }),
      (one, stored, others, deleted) => {
        const index = new PublishedIndex(stored);
        for (const name of deleted) index.delete(name);
        const left = stored.filter(({ configMap }) => !deleted.includes(configMap));
        const expected = judgeNeighbours(one, allBeside(one, left, others), 'payload');
        const found = judgeNeighbours(one, index.around(one, others), 'payload');
        expect(sorted(found)).toEqual(sorted(expected));
      },
    ),
    { numRuns: 300 },
  );
});

it('does not look at what has nothing to do with an entry', () => {
  const strangers = Array.from({ length: 50 }, (_, index): Published => {
    const number = `${index}`;
    return {
      configMap: number,
      value: parsed(entryConfigMap({ uuid: number, offering: number, version: number })),
    };
  });
  const one: Published = { configMap: 'one', value: parsed(entryConfigMap({ uuid: '7', offering: 'x' })) };
  expect(new PublishedIndex(strangers).around(one).map(({ configMap }) => configMap)).toEqual(['7']);
});

it('keeps nothing of what is gone', () => {
  const index = new PublishedIndex();
  const value = parsed(entryConfigMap({ uuid: '1' }));
  index.set({ configMap: 'a', value });
  index.set({ configMap: 'a', value: parsed(entryConfigMap({ uuid: '2', offering: 'other' })) });
  expect(index.around({ configMap: 'b', value })).toEqual([]);
  index.delete('a');
  expect([index.size, index.all()]).toEqual([0, []]);
});
