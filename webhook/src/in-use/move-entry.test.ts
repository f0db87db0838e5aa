import { beforeEach, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { PublishedIndex } from '@mesitis/offering';
import type { Decision } from '../admission.js';
import { PROVIDER_POLICY } from '../decide.js';
import { publishedAs } from '../neighbours/published-config-maps.js';
import { providerJudge } from '../provider-judge.js';
import { UnderReview } from '../rights/under-review.js';
import { planInUse } from '../testing/plan-in-use.js';
import { ENTRY, entryConfigMap } from '../testing/provider-config-maps.js';

const URL = {
  ...ENTRY,
  provisionkind: 'ProvisionNonClusterURL',
  provisiondata: { url: 'https://api.example.com' },
};
const OFF = { 'mesitis/enabled': 'false' };

/** The ConfigMaps of provider-ns, by name, as they are stored. */
let stored: Map<string, JsonObject>;
let kube: MemoryKube;

beforeEach(() => {
  stored = new Map();
  kube = new MemoryKube();
  kube.seed(...planInUse('3', 'client-ns/db'));
});

function entry(name: string, labels: Record<string, string> = {}, annotations: JsonObject = {}): JsonObject {
  const configMap = entryConfigMap(URL, labels);
  return { ...configMap, metadata: { ...(configMap['metadata'] as JsonObject), name, annotations } };
}

/** Writes a ConfigMap or, without one, deletes that of the name: what is admitted is stored. */
async function write(name: string, configMap?: JsonObject): Promise<Decision> {
  const objects = [...stored.values()].map((one) => one as unknown as KubeObject);
  const known = new PublishedIndex(objects.flatMap((one) => publishedAs(one) ?? []));
  const oldObject = stored.get(name);
  const operation = configMap === undefined ? 'DELETE' : oldObject === undefined ? 'CREATE' : 'UPDATE';
  const judge = providerJudge({
    policy: PROVIDER_POLICY,
    kube: {
      get: (ref, options) => kube.get(ref, options),
      create: (object) => Promise.resolve({ ...object, status: { allowed: true } }),
      resourceOf: () => Promise.resolve('configmaps'),
      list: (query, options) =>
        query.kind === 'ConfigMap'
          ? Promise.resolve({ items: objects, resourceVersion: '1' })
          : kube.list(query, options),
    },
    known: { in: () => known, meaningOf: publishedAs },
    underReview: new UnderReview(() => 0),
    dryRunNamespaces: [],
  });
  const decision = await judge(
    {
      uid: 'u',
      operation,
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      namespace: 'provider-ns',
      name,
      userInfo: { username: 'jane' },
      object: configMap ?? null,
      oldObject: oldObject ?? null,
    },
    new AbortController().signal,
  );
  if (decision.allowed && configMap === undefined) stored.delete(name);
  else if (decision.allowed && configMap !== undefined) stored.set(name, configMap);
  return decision;
}

test('an entry that is used does not move by mistake: neither is it there twice nor is it away', async () => {
  await write('old', entry('old'));
  expect(await write('new', entry('new'))).toMatchObject({ allowed: false, rules: ['MES080'] });
  expect(await write('old')).toMatchObject({ allowed: false, rules: ['MES089'] });
});

test('an entry that is used moves: the new one switched off, the old one away with a reason, the new one on', async () => {
  await write('old', entry('old'));
  const steps = [
    await write('new', entry('new', OFF)),
    await write('old', entry('old', {}, { 'mesitis/allow-breaking': 'moves to ConfigMap new' })),
    await write('old'),
    await write('new', entry('new')),
  ];
  expect(steps.map(({ allowed, rules }) => [allowed, rules])).toEqual([
    [true, []],
    [true, []],
    [true, ['MES089']],
    [true, []],
  ]);
  expect([...stored.keys()]).toEqual(['new']);
});
