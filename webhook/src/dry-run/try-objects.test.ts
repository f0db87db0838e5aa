import { expect, test } from '@jest/globals';
import { KubeError, type KubeErrorKind, type KubeObject, type WriteOptions } from '@mesitis/kube';
import type { Published, Violation } from '@mesitis/offering';
import { publishedAs } from '../neighbours/published-config-maps.js';
import { ENTRY, entryConfigMap, SERVICE, serviceConfigMap } from '../testing/provider-config-maps.js';
import { tryObjects, type TrialTime } from './try-objects.js';

const published = (configMap: unknown): Published => publishedAs(configMap as KubeObject) as Published;
const NAMED = {
  ...SERVICE,
  metadata: { name: 'b-${instance.shortId}', labels: { size: '${parameters.size}' } },
};
const SIZED = {
  ...ENTRY,
  parameters: { type: 'object', required: ['size'], properties: { size: { enum: ['s', 'm'] } } },
  provisiondata: { ...ENTRY.provisiondata, namespace: '${consumer.namespace}' },
};
const entry = published(entryConfigMap(SIZED));
const object = published(serviceConfigMap(NAMED));
const payload = 'data.wrapped-resource';

interface Trial {
  subject?: Published;
  neighbours?: Published[];
  namespaces?: string[];
  error?: KubeError;
  time?: TrialTime;
}

/** Tries what the ConfigMap has a part in, on an API server that takes everything or refuses everything. */
async function trial({
  subject = object,
  neighbours = [entry],
  namespaces = ['*'],
  error,
  time,
}: Trial): Promise<{ violations: Violation[]; tried: KubeObject[] }> {
  const tried: KubeObject[] = [];
  const create = (sample: KubeObject, { dryRun }: WriteOptions = {}): Promise<KubeObject> => {
    if (dryRun !== true) throw new Error('it would have been stored');
    tried.push(sample);
    return error === undefined ? Promise.resolve(sample) : Promise.reject(error);
  };
  const violations = await tryObjects(
    { create },
    { published: subject, neighbours, payload, namespaces },
    time,
  );
  return { violations, tried };
}

test('tries an object as a made-up instance of each entry that selects it has it', async () => {
  const { violations, tried } = await trial({});
  expect(violations).toEqual([]);
  expect(tried).toMatchObject([
    {
      kind: 'Service',
      metadata: {
        name: expect.stringMatching(/^b-[a-z0-9]{10}$/),
        namespace: 'client-ns',
        labels: { size: 's' },
      },
    },
  ]);
});

test('tries what an entry selects', async () => {
  const other = published(serviceConfigMap(NAMED, { 'mesitis/offering': 'other' }));
  const { tried } = await trial({ subject: entry, neighbours: [object, other] });
  expect(tried).toHaveLength(1);
});

test.each<[string, Trial]>([
  ['where the webhook may not', { namespaces: ['other-*'] }],
  ['nowhere unless told', { namespaces: [] }],
  ['what is disabled', { subject: published(serviceConfigMap(NAMED, { 'mesitis/enabled': 'false' })) }],
  [
    'for an entry that is disabled',
    { neighbours: [published(entryConfigMap(SIZED, { 'mesitis/enabled': 'false' }))] },
  ],
  [
    'what has no value for the sample',
    { subject: published(serviceConfigMap({ ...NAMED, metadata: { name: 'b-${parameters.missing}' } })) },
  ],
])('does not try %s', async (_, options) => {
  const { tried } = await trial({ ...options, error: new KubeError('invalid', 'no') });
  expect(tried).toEqual([]);
});

test('passes on why the API server refuses an object', async () => {
  const error = new KubeError('invalid', 'Service "b" is invalid: spec.ports[0].port: Invalid value: 99999');
  expect((await trial({ error })).violations).toEqual([
    {
      rule: 'MES094',
      severity: 'error',
      path: payload,
      message:
        'the API server refuses the Service here, tried in namespace client-ns for the entry of ConfigMap wrapped-entry-api-api-service with a sample instance: Service "b" is invalid: spec.ports[0].port: Invalid value: 99999; correct it',
    },
  ]);
  expect((await trial({ subject: entry, neighbours: [object], error })).violations).toMatchObject([
    {
      path: `${payload}: provisiondata.labelSelector`,
      message: expect.stringContaining('refuses the Service of ConfigMap wrapped-api-service, tried in'),
    },
  ]);
});

test.each<[string, KubeErrorKind, string, string[]]>([
  ['a name that is taken', 'already-exists', 'exists', []],
  ['a namespace that is not there', 'not-found', 'namespaces "a" not found', ['MES095']],
  ['a missing right', 'forbidden', 'cannot create resource', ['MES095']],
  ['a webhook that can not try', 'invalid', 'admission webhook "x" does not support dry run', ['MES095']],
  ['an API server that is away', 'unavailable', 'no route to host', ['MES095']],
])('takes %s for no fault of the object', async (_, kind, message, rules) => {
  const { violations } = await trial({ error: new KubeError(kind, message) });
  expect(violations.map(({ rule }) => rule)).toEqual(rules);
});

const DENIED = 'admission webhook "policy.example.com" denied the request: images must be signed';
const POLICY = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: too many replicas";

test.each<[string, KubeErrorKind, string]>([
  ['400, as most webhooks do', 'invalid', DENIED],
  ['403, as policy engines do', 'forbidden', DENIED],
  ['500', 'unknown', DENIED],
  ['422 of a ValidatingAdmissionPolicy', 'invalid', POLICY],
])('passes on as a warning what a policy of the cluster denies with %s', async (_, kind, message) => {
  const { violations } = await trial({ error: new KubeError(kind, message) });
  expect(violations).toEqual([
    {
      rule: 'MES095',
      severity: 'warning',
      path: payload,
      message: `a policy of this cluster denies the Service here, tried in namespace client-ns for the entry of ConfigMap wrapped-entry-api-api-service with a sample instance: ${message}; correct it, unless that is only so for the sample`,
    },
  ]);
});

test.each([
  'Service "b" is invalid: metadata.annotations: Invalid value: "admission webhook "x" denied the request"',
  'the object says: admission webhook "x" denied the request',
])('takes "%s" for the word of the API server itself', async (message) => {
  const { violations } = await trial({ error: new KubeError('invalid', message) });
  expect(violations.map(({ rule }) => rule)).toEqual(['MES094']);
});

test('does not pass on what old API servers quote of the object', async () => {
  const error = new KubeError(
    'invalid',
    'it is not right, error found in #10 byte of ...|word":"hunter2"|...',
  );
  const { violations } = await trial({ error });
  expect(violations[0]?.message).toContain('it is not right; correct it');
});

test('only warns when trying takes too long, and ends when nobody waits', async () => {
  const error = new KubeError('timeout', 'aborted');
  const late = { timeout: () => AbortSignal.abort(new Error('late')) };
  expect((await trial({ error, time: late })).violations).toMatchObject([
    { rule: 'MES095', message: expect.stringContaining('(no answer within 1500 ms)') },
  ]);
  const gone = { signal: AbortSignal.abort(new Error('gone')) };
  await expect(trial({ error, time: gone })).rejects.toThrow('gone');
});
