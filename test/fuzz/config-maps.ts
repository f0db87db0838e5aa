import type { JsonObject } from '@mesitis/kube';
import fc from 'fast-check';
import { stringify } from 'yaml';

/** A payload that is right, as a provider would write it. */
type Payload = Record<string, unknown>;

const NAME = fc.constantFrom('api', 'data-base', 'a.b', 'x1');
const BAD_NAME = fc.constantFrom(
  '',
  'A B',
  '-a',
  'ä',
  'a'.repeat(80),
  '${',
  '${instance.name}',
  '$${a}',
  '__proto__',
);
const EXPRESSION = fc.constantFrom(
  '${instance.shortId}',
  'a-${consumer.namespace}-b',
  '${parameters.size}',
  '${generate.password(20)}',
  '${1 + }',
  '${"a" + 1}',
  '${[1,2].map(x, x * 2)}',
  '${parameters.a.b.c.d}',
  '$${literal}',
  '${',
);

const SCHEMA = fc.oneof(
  fc.constantFrom<unknown>(
    { type: 'object', properties: { size: { enum: ['s', 'm'] } }, required: ['size'] },
    {
      type: 'object',
      additionalProperties: false,
      properties: { a: { $ref: '#/$defs/a' } },
      $defs: { a: {} },
    },
    { $schema: 'http://json-schema.org/draft-04/schema#', type: 'object', properties: { a: { minimum: 1 } } },
    { type: 'array' },
    { $ref: 'https://example.com/x' },
    { properties: { a: { pattern: '(' } } },
    { properties: { a: { $ref: '#/nowhere' } } },
  ),
  fc.json({ maxDepth: 4 }).map((text) => JSON.parse(text) as unknown),
);

const provision = fc.constantFrom<Payload>(
  { provisionkind: 'ProvisionNonClusterURL', provisiondata: { url: 'https://api.example.com/v1' } },
  {
    provisionkind: 'ProvisionExistingClusterService',
    provisiondata: { namespace: 'shared', name: 'db', port: 5432 },
  },
  {
    provisionkind: 'ProvisionConfigMapObjects',
    provisiondata: { namespace: 'api-ns', name: 'api', labelSelector: 'mesitis/offering in (api, web),!x' },
  },
  { provisionnewclusterobjects: { namespace: 'api-ns', name: 'api', labelselector: 'mesitis/offering=api' } },
  {
    provisionkind: 'ProvisionHelmChart',
    provisiondata: {
      namespace: 'a',
      name: 'b',
      charturl: 'https://example.com/c-1.tgz',
      values: { a: [1, { b: null }] },
    },
  },
);

const credential = fc.constantFrom<Payload>(
  { credentialkind: 'CredentialNoCredential' },
  {
    credentialkind: 'CredentialFromCatalog',
    credentialdata: { username: 'u', password: '${generate.password(16)}' },
  },
  { credentialfromcatalog: { username: 'u' } },
  { credentialkind: 'CredentialFromClusterSecret', credentialdata: { secretname: 'db', keys: { a: 'b' } } },
  {
    credentialkind: 'CredentialFromProvisionedSecret',
    credentialdata: { secretname: 'db-${instance.shortId}' },
  },
  {
    credentialkind: 'CredentialFromVault',
    credentialdata: {
      vaulturl: 'https://vault.example.com',
      vaultpath: 'database/creds/app',
      vaultauth: { method: 'kubernetes', role: 'api' },
    },
  },
);

const extras = fc.record<Payload>(
  {
    displayname: fc.string(),
    tags: fc.array(NAME),
    documentationurl: fc.constantFrom('https://example.com', 'example', 'https://u:p@example.com'),
    free: fc.constantFrom<unknown>(true, false, 'true'),
    bindable: fc.boolean(),
    serviceuuid: NAME,
    parameters: SCHEMA,
    bindparameters: SCHEMA,
    limits: fc.constantFrom<unknown>({ total: 3 }, { pernamespace: 0 }, {}, null),
    readiness: fc.constantFrom<unknown>({ wait: true, timeoutseconds: 60 }, { wait: 'yes' }),
  },
  { requiredKeys: [] },
);

const entryPayload = fc
  .tuple(
    fc.record<Payload>({
      team: NAME,
      offering: NAME,
      description: fc.constantFrom('An API', 'Eine schöne API'),
      uuid: fc.constantFrom<unknown>('3', 3, '0f5c1a4e-8f4b-4b52-9d8e-2f9c3a1b7d60'),
      version: fc.constantFrom<unknown>('1', '2.0.1', 1),
      whitelist: fc.constantFrom<unknown>(['client-ns'], ['*'], ['team-*', 'b'], 'client-ns'),
    }),
    provision,
    credential,
    fc.option(extras, { nil: {} }),
  )
  .map((parts): Payload => Object.assign({}, ...parts) as Payload);

const objectPayload = fc.constantFrom<Payload>(
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'b-${instance.shortId}', labels: { app: 'b' } },
    spec: { ports: [{ port: 80, targetPort: 'http' }] },
  },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    stringData: { a: '${generate.password(12)}' },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c' },
    data: { a: 'b' },
    binaryData: { c: 'ZA==' },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'd' } },
      template: { metadata: { labels: { app: 'd' } }, spec: { containers: [{ name: 'd', image: 'd' }] } },
    },
  },
  { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j-${instance.shortId}' }, spec: {} },
);

const LABELS: Record<string, string> = {
  'mesitis/kind': 'catalog-entry',
  'mesitis/enabled': 'true',
  'mesitis/offering': 'api',
  'mesitis/order': '1',
};

const KIND_LABEL = fc.constantFrom(
  'wrapped-resource',
  'wrapped-service',
  'service',
  'secret',
  'job',
  'deployment',
);

const asText = (payload: unknown): fc.Arbitrary<string> =>
  fc.constantFrom(JSON.stringify(payload), JSON.stringify(payload, null, 2), stringify(payload));

function configMap(labels: unknown, data: unknown): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'fuzzed', namespace: 'provider-ns', uid: 'u', resourceVersion: '1', labels },
    data,
  } as unknown as JsonObject;
}

const rightEntry = entryPayload.chain(asText).map((text) => configMap(LABELS, { 'wrapped-resource': text }));
const rightObject = fc
  .tuple(objectPayload.chain(asText), KIND_LABEL)
  .map(([text, kind]) => configMap({ ...LABELS, 'mesitis/kind': kind }, { 'embedded-resource': text }));

/** Puts something else in place of one value, somewhere in a payload. */
function bent(payload: Payload, path: readonly number[], value: unknown): Payload {
  const copy = structuredClone(payload);
  let at: Record<string, unknown> = copy;
  for (const [depth, step] of path.entries()) {
    const keys = Object.keys(at);
    const key = keys[step % Math.max(keys.length, 1)] ?? 'extra';
    const next = at[key];
    if (depth === path.length - 1 || typeof next !== 'object' || next === null) {
      at[key] = value;
      return copy;
    }
    at = next as Record<string, unknown>;
  }
  return copy;
}

const oddValue = fc.oneof(
  BAD_NAME,
  EXPRESSION,
  SCHEMA,
  fc.constantFrom<unknown>(null, true, -1, 1e21, [], {}, [null], { kind: 'x' }, 'a\nb', '\u0000', '\ud800'),
);

const nearlyRight = fc
  .tuple(
    fc.oneof(entryPayload, objectPayload),
    fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }),
    oddValue,
  )
  .chain(([payload, path, value]) => asText(bent(payload, path, value)))
  .chain((text) =>
    fc.tuple(fc.constant(text), fc.constantFrom('catalog-entry', 'wrapped-resource', 'service')),
  )
  .map(([text, kind]) => configMap({ ...LABELS, 'mesitis/kind': kind }, { 'wrapped-resource': text }));

/** Cuts, doubles or overwrites a part of a right text. */
const broken = fc
  .tuple(
    fc.oneof(entryPayload, objectPayload).chain(asText),
    fc.nat(),
    fc.nat(40),
    fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom('"', '{', '&a ', '*a', '<<: ', '!!', '---\n', '\t', '\\u0000'),
    ),
  )
  .map(([text, where, length, put]) => {
    const at = where % (text.length + 1);
    return configMap(LABELS, { 'wrapped-resource': text.slice(0, at) + put + text.slice(at + length) });
  });

const bomb = fc.constantFrom(
  '['.repeat(50_000),
  '{"a":'.repeat(20_000),
  `a: &a [${'x,'.repeat(1_000)}]\n${Array.from({ length: 20 }, (_, i) => `b${i}: [*a,*a,*a,*a,*a,*a,*a,*a,*a]`).join('\n')}`,
  `"${'\\u00e9'.repeat(20_000)}"`,
  `team: ${'a'.repeat(200_000)}`,
  'k: v\n'.repeat(20_000),
  Array.from({ length: 20_000 }, (_, i) => `k${i}: v`).join('\n'),
  `description: "${'${'.repeat(5_000)}"`,
  `description: "${'${a}'.repeat(5_000)}"`,
  `whitelist: [${Array.from({ length: 10_000 }, (_, i) => `n${i}`).join(', ')}]`,
  `provisiondata: { labelSelector: "${'a in (b),'.repeat(5_000)}" }`,
  JSON.stringify({
    parameters: {
      properties: Object.fromEntries(
        Array.from({ length: 1_600 }, (_, i) => [`p${i}`, { type: 'string', minLength: 1 }]),
      ),
    },
  }),
  JSON.stringify({ parameters: { required: Array.from({ length: 6_000 }, (_, i) => `p${i}`) } }),
  JSON.stringify({
    parameters: { pattern: '(a+)+$', properties: { a: { pattern: '^(([a-z])+.)+[A-Z]([a-z])+$' } } },
  }),
  JSON.stringify({
    parameters: { anyOf: Array.from({ length: 1_500 }, () => ({ type: 'string', maxLength: 3 })) },
  }),
);

const anything = fc.anything({
  maxDepth: 3,
  values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null)],
});

const wild = fc.oneof(
  bomb.map((text) => configMap(LABELS, { 'wrapped-resource': text })),
  fc
    .tuple(fc.string({ maxLength: 200, unit: 'binary' }), BAD_NAME)
    .map(([text, kind]) => configMap({ ...LABELS, 'mesitis/kind': kind }, { 'wrapped-resource': text })),
  fc.json().map((text) => configMap(LABELS, { 'wrapped-resource': text })),
  fc.tuple(fc.dictionary(fc.string(), anything), anything).map(([labels, data]) =>
    // What JSON can't hold never comes over HTTP.
    configMap(
      { ...LABELS, ...(JSON.parse(JSON.stringify(labels)) as object) },
      JSON.parse(JSON.stringify(data ?? null)),
    ),
  ),
);

/** ConfigMaps with the label `mesitis/kind`: right, nearly right, broken and wild ones. */
export const configMaps: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 3, arbitrary: rightEntry },
  { weight: 2, arbitrary: rightObject },
  { weight: 4, arbitrary: nearlyRight },
  { weight: 3, arbitrary: broken },
  { weight: 1, arbitrary: wild },
);
