import { expect, test } from '@jest/globals';
import { KubeError, type KubeList, type KubeObject } from '@mesitis/kube';
import { PublishedIndex, type Published, type Violation } from '@mesitis/offering';
import { ENTRY, entryConfigMap, SERVICE, serviceConfigMap } from '../testing/provider-config-maps.js';
import { checkNeighbours, type NeighbourTime } from './check-neighbours.js';
import { publishedAs } from './published-config-maps.js';

const never = new AbortController().signal;
const asObject = (configMap: unknown, name: string): KubeObject => {
  const object = configMap as KubeObject;
  return { ...object, metadata: { ...object.metadata, name } };
};
const published = (configMap: KubeObject): Published => publishedAs(configMap) as Published;

const SAME_ID = asObject(entryConfigMap({ ...ENTRY, offering: 'other' }), 'other');
const OBJECT = published(serviceConfigMap() as unknown as KubeObject);
const subject = published(asObject(entryConfigMap(), 'subject'));

/** Judges the entry; `cached` is what the cache shows, `stored` what the API server gives when it is asked. */
async function check(
  cached: Published[] | undefined,
  stored: () => Promise<KubeList>,
  unstored: Published[] = [],
  time: Partial<NeighbourTime> = {},
): Promise<Violation[]> {
  const neighbourhood = {
    namespace: 'provider-ns',
    payload: 'data.wrapped-resource',
    published: subject,
    unstored,
  };
  const known = { in: () => (cached === undefined ? undefined : new PublishedIndex(cached)) };
  return checkNeighbours({ kube: { list: stored }, known }, neighbourhood, { signal: never, ...time });
}

const list =
  (...items: KubeObject[]) =>
  (): Promise<KubeList> =>
    Promise.resolve({ items, resourceVersion: '1' });
const unreachable = (): Promise<KubeList> => Promise.reject(new KubeError('unavailable', 'no route to host'));
const rulesOf = (violations: Violation[]): string[] => violations.map(({ rule }) => rule);

interface Case {
  title: string;
  expected: string[];
  cached?: Published[] | undefined;
  stored?: () => Promise<KubeList>;
  unstored?: Published[];
}

const both = [OBJECT, published(SAME_ID)];

test.each<Case>([
  { title: 'finds nothing wrong without asking the API server', expected: [] },
  {
    title: 'refuses what conflicts when it is looked at again',
    expected: ['MES080'],
    cached: both,
    stored: list(SAME_ID),
  },
  { title: 'lets in what conflicts only with what is gone', expected: [], cached: both, stored: list() },
  {
    title: 'refuses what conflicts with one that was admitted',
    expected: ['MES080'],
    stored: list(),
    unstored: [published(SAME_ID)],
  },
  {
    title: 'tells of a conflict once, though the other is stored and admitted',
    expected: ['MES080'],
    cached: both,
    stored: list(SAME_ID),
    unstored: [published(SAME_ID)],
  },
  { title: 'does not judge a ConfigMap by its own earlier state', expected: ['MES083'], cached: [subject] },
  {
    title: 'takes what was admitted for newer than what is stored',
    expected: ['MES083'],
    unstored: [
      published(asObject(serviceConfigMap(SERVICE, { 'mesitis/enabled': 'false' }), OBJECT.configMap)),
    ],
  },
  { title: 'only warns as long as it can not look again', expected: ['MES086'], cached: both },
  { title: 'only warns as long as nothing was read', expected: ['MES086'], cached: undefined },
])('$title', async ({ expected, stored = unreachable, unstored, ...rest }) => {
  const cached = 'cached' in rest ? rest.cached : [OBJECT];
  expect(rulesOf(await check(cached, stored, unstored))).toEqual(expected);
});

test('passes on why it could not look again', async () => {
  const [violation] = await check([OBJECT, published(SAME_ID)], unreachable);
  expect(violation?.message).toContain('(no route to host)');
});

test('only warns when looking again takes too long', async () => {
  const time = { timeout: () => AbortSignal.abort(new Error('late')) };
  const [violation, ...others] = await check([OBJECT, published(SAME_ID)], unreachable, [], time);
  expect([violation?.rule, others]).toEqual(['MES086', []]);
  expect(violation?.message).toContain('(no answer within 1500 ms)');
});

test('ends when nobody waits any more', async () => {
  const late = AbortSignal.abort(new Error('late'));
  const index = new PublishedIndex([OBJECT, published(SAME_ID)]);
  const source = { kube: { list: unreachable }, known: { in: () => index } };
  const neighbourhood = { namespace: 'provider-ns', payload: 'data', published: subject, unstored: [] };
  await expect(checkNeighbours(source, neighbourhood, { signal: late })).rejects.toThrow('late');
});
