import { expect, test } from '@jest/globals';
import { parseProviderConfigMap, type ProviderConfigMap } from '@mesitis/offering';
import { targetNamespace } from './target-namespace.js';
import { ENTRY, entryConfigMap, serviceConfigMap } from './testing/provider-config-maps.js';

const PATH = 'data.wrapped-resource: provisiondata.namespace';
const ONLY =
  'and this platform lets offerings make things only in team-*, api-ns; use such a namespace, or ask the platform team to allow this one';

const problems = (configMap: object, allowed: readonly string[]): string[] => {
  const subject = configMap as ProviderConfigMap;
  return targetNamespace(allowed)
    .judge({ configMap: subject, parsed: parseProviderConfigMap(subject) })
    .map(({ rule, path, message }) => `${rule} ${path}: ${message}`);
};
const inNamespace = (namespace: string, provisionkind = ENTRY.provisionkind): object =>
  entryConfigMap({
    ...ENTRY,
    provisionkind,
    provisiondata:
      provisionkind === 'ProvisionHelmChart'
        ? { namespace, name: 'a', charturl: 'https://a.example.com/a.tgz' }
        : { ...ENTRY.provisiondata, namespace },
  });

test.each<[string, object, readonly string[], string[]]>([
  ['any namespace', inNamespace('other'), ['*'], []],
  ['a namespace that is named', inNamespace('api-ns'), ['team-*', 'api-ns'], []],
  ['a namespace that a glob means', inNamespace('team-a'), ['team-*', 'api-ns'], []],
  ['no other', inNamespace('other'), ['team-*', 'api-ns'], [`MES081 ${PATH}: is "other", ${ONLY}`]],
  [
    'no other for charts either',
    inNamespace('other', 'ProvisionHelmChart'),
    ['team-*', 'api-ns'],
    [`MES081 ${PATH}: is "other", ${ONLY}`],
  ],
  [
    'none that depends on the instance, unless all are',
    inNamespace('team-${instance.shortId}'),
    ['team-*', 'api-ns'],
    [`MES081 ${PATH}: depends on the instance, ${ONLY}`],
  ],
  ['what is no entry', serviceConfigMap(), ['api-ns'], []],
  [
    'what makes nothing',
    entryConfigMap({
      ...ENTRY,
      provisionkind: 'ProvisionExistingClusterService',
      provisiondata: { namespace: 'other', name: 'db' },
    }),
    ['api-ns'],
    [],
  ],
])('lets things be made in %s', (_, configMap, allowed, expected) => {
  expect(problems(configMap, allowed)).toEqual(expected);
});
