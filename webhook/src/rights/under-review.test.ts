import { beforeEach, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import type { Published } from '@mesitis/offering';
import { publishedAs } from '../neighbours/published-config-maps.js';
import { ENTRY, entryConfigMap } from '../testing/provider-config-maps.js';
import { UnderReview } from './under-review.js';

const asObject = (configMap: JsonObject): KubeObject => configMap as unknown as KubeObject;
const read = (configMap: JsonObject): Published => publishedAs(asObject(configMap)) as Published;

const entry = entryConfigMap();
const published = read(entry);
/** As the API server stores it. */
const stored = (configMap: JsonObject, metadata: object = {}): KubeObject => ({
  ...asObject(configMap),
  metadata: {
    ...asObject(configMap).metadata,
    uid: 'u',
    resourceVersion: '7',
    annotations: { a: 'b' },
    ...metadata,
  },
});

let clock: number;
let underReview: UnderReview;

beforeEach(() => {
  clock = 0;
  underReview = new UnderReview(() => clock);
  underReview.add('provider-ns', published, entry);
});

test('recalls what a ConfigMap means that is stored in the words in which it was asked for', () => {
  expect(underReview.recall(stored(entry))).toBe(published.value);
});

test.each<[string, KubeObject]>([
  ['other text', stored(entryConfigMap({ ...ENTRY, version: '2' }))],
  ['other labels', stored(entryConfigMap(ENTRY, { 'mesitis/enabled': 'false' }))],
  ['another key', stored({ ...entry, data: { 'embedded-resource': JSON.stringify(ENTRY) } })],
  ['another name', stored(entry, { name: 'other' })],
  ['another namespace', stored(entry, { namespace: 'other' })],
])('recalls nothing for %s', (_, configMap) => {
  expect(underReview.recall(configMap)).toBeUndefined();
});

test('recalls each of two states of one name by its words, and nothing of one that was refused', () => {
  const changed = entryConfigMap({ ...ENTRY, version: '2' });
  const second = read(changed);
  underReview.add('provider-ns', second, changed);
  expect(underReview.recall(stored(entry))).toBe(published.value);
  expect(underReview.recall(stored(changed))).toBe(second.value);
  underReview.remove('provider-ns', second);
  expect(underReview.recall(stored(changed))).toBeUndefined();
});

test('keeps nothing of what is stored, nor of what was not within a minute', () => {
  const other: Published = { ...published, configMap: 'other' };
  expect(underReview.beside('provider-ns', other)).toEqual([published]);
  underReview.stored('provider-ns', published);
  expect(underReview.recall(stored(entry))).toBeUndefined();
  underReview.add('provider-ns', published, entry);
  clock = 59_999;
  underReview.add('provider-ns', other);
  clock = 60_000;
  expect(underReview.beside('provider-ns', published)).toEqual([other]);
  expect(underReview.recall(stored(entry))).toBeUndefined();
});
