import { describe, expect, it } from '@jest/globals';
import type { Provision } from './model.js';
import { entryConfigMap, entryOf, linesOf, type Overrides } from './testing/config-maps.js';

const OBJECTS = { namespace: 'api-ns', name: 'api', labelSelector: 'mesitis/offering=api' };
const CHART = { namespace: 'api-ns', name: 'api', chart: 'bitnami/nginx' };

function given(kind: string, data: unknown): ReturnType<typeof entryConfigMap> {
  return entryConfigMap({ provisionkind: kind, provisiondata: data });
}

describe('a provision kind', () => {
  it.each<[string, Overrides, Provision]>([
    [
      'ProvisionNonClusterURL',
      { url: 'postgresql://db.example.com:5432/orders' },
      { kind: 'ProvisionNonClusterURL', url: 'postgresql://db.example.com:5432/orders' },
    ],
    [
      'ProvisionNonClusterURL',
      { URL: 'https://example.com/${consumer.namespace}' },
      { kind: 'ProvisionNonClusterURL', url: 'https://example.com/${consumer.namespace}' },
    ],
    [
      'ProvisionExistingClusterService',
      { namespace: 'a', name: 'b' },
      { kind: 'ProvisionExistingClusterService', namespace: 'a', name: 'b' },
    ],
    [
      'ProvisionExistingClusterService',
      { namespace: 'a', name: 'b', port: '8080' },
      { kind: 'ProvisionExistingClusterService', namespace: 'a', name: 'b', port: 8080 },
    ],
    [
      'ProvisionExistingClusterService',
      { namespace: 'a', name: 'b', port: 'http-alt' },
      { kind: 'ProvisionExistingClusterService', namespace: 'a', name: 'b', port: 'http-alt' },
    ],
    [
      'ProvisionExistingClusterService',
      { namespace: 'a', name: 'b', port: '${parameters.port}' },
      { kind: 'ProvisionExistingClusterService', namespace: 'a', name: 'b', port: '${parameters.port}' },
    ],
    [
      'provisionnewclusterobjects',
      { namespace: 'api-${consumer.namespace}', name: 'Any ${instance.id}', labelselector: 'a,b!=c' },
      {
        kind: 'ProvisionConfigMapObjects',
        namespace: 'api-${consumer.namespace}',
        name: 'Any ${instance.id}',
        labelSelector: 'a,b!=c',
      },
    ],
    [
      'ProvisionHelmChart',
      {
        namespace: 'a',
        name: 'b',
        charturl: 'https://example.com/c.tgz',
        version: '2.0.0',
        values: { x: ['${parameters.x}'] },
      },
      {
        kind: 'ProvisionHelmChart',
        namespace: 'a',
        name: 'b',
        chartUrl: 'https://example.com/c.tgz',
        version: '2.0.0',
        values: { x: ['${parameters.x}'] },
      },
    ],
    ['ProvisionHelmChart', CHART, { kind: 'ProvisionHelmChart', ...CHART }],
    [
      'ProvisionHelmChart',
      {
        namespace: 'a',
        name: 'b-${instance.shortId}',
        chart: 'postgresql',
        repository: 'https://charts.example.com',
        version: '1.2.3',
        service: 'b-${instance.shortId}-primary',
        port: '5432',
        values: { auth: { password: '${generate.password(24)}' } },
      },
      {
        kind: 'ProvisionHelmChart',
        namespace: 'a',
        name: 'b-${instance.shortId}',
        chart: 'postgresql',
        repository: 'https://charts.example.com',
        version: '1.2.3',
        service: 'b-${instance.shortId}-primary',
        port: 5432,
        values: { auth: { password: '${generate.password(24)}' } },
      },
    ],
  ])('%s with %j has a canonical form', (kind, data, provision) => {
    expect(entryOf(given(kind, data)).provision).toEqual(provision);
  });

  it.each<[Overrides, string]>([
    [{ provisionkind: undefined }, 'provisionkind: is missing; write one of ProvisionNonClusterURL, '],
    [{ provisionkind: 7 }, 'provisionkind: must be a string but is a number'],
    [
      { provisionkind: 'ProvisionHelmCart' },
      'provisionkind: is "ProvisionHelmCart", which is not a known kind; did you mean ProvisionHelmChart',
    ],
    [
      { provisionkind: 'x' },
      'provisionkind: is "x", which is not a known kind; use one of ProvisionNonClusterURL, ',
    ],
    [
      { provisiondata: undefined },
      'provisiondata: is missing; add an object with the data of ProvisionNonClusterURL',
    ],
    [{ provisiondata: null }, 'provisiondata: must be an object but is null; write an object'],
    [
      { provisionhelmchart: CHART },
      'provisionkind: stands beside the key ProvisionHelmChart, which names the kind already',
    ],
    [
      {
        provisionkind: undefined,
        provisiondata: undefined,
        provisionhelmchart: CHART,
        provisionnewclusterobjects: OBJECTS,
      },
      'provisionhelmchart: stands beside the key ProvisionNewClusterObjects',
    ],
    [
      { provisionkind: undefined, provisionnonclusterurl: { url: 'https://a' } },
      'provisiondata: stands beside the key ProvisionNonClusterURL',
    ],
    [
      { provisionkind: undefined, provisiondata: undefined, ProvisionNonClusterUrl: null },
      'ProvisionNonClusterUrl: must be an object but is null',
    ],
  ])('is named once: %j', (override, line) => {
    expect(linesOf(entryConfigMap(override))[0]).toContain(line);
  });

  it.each<[string, unknown, string]>([
    ['ProvisionNonClusterURL', {}, 'url: is missing'],
    ['ProvisionNonClusterURL', { url: '' }, 'url: is empty'],
    ['ProvisionNonClusterURL', { url: 'example.com/a' }, 'url: is not an absolute URL with a host'],
    ['ProvisionNonClusterURL', { url: 'https:example.com' }, 'url: is not an absolute URL'],
    ['ProvisionNonClusterURL', { url: 'https://example.com/a b' }, 'url: is not an absolute URL'],
    ['ProvisionNonClusterURL', { url: 'https://example.com:99999' }, 'url: is not an absolute URL'],
    ['ProvisionNonClusterURL', { url: 'file:///etc/passwd' }, 'url: is not an absolute URL'],
    ['ProvisionNonClusterURL', { url: 'https://user@example.com' }, 'url: holds a user name or password'],
    [
      'ProvisionNonClusterURL',
      { url: 'https://u:${parameters.p}@example.com' },
      'url: holds a user name or password',
    ],
    [
      'ProvisionNonClusterURL',
      { url: 'https://example.com/${' },
      'url: holds ${ without its }; complete it, or write $${',
    ],
    ['ProvisionNonClusterURL', { url: 'https://example.com/${ }' }, 'url: holds an empty expression'],
    [
      'ProvisionExistingClusterService',
      { namespace: 'A', name: 'b' },
      'namespace: is "A", which cannot be the name of a namespace',
    ],
    [
      'ProvisionExistingClusterService',
      { namespace: 'a', name: '1b' },
      'name: is "1b", which cannot be the name of a Service',
    ],
    [
      'ProvisionExistingClusterService',
      { namespace: 'a', name: 'b', port: 65536 },
      'port: must be a number from 1 to 65535',
    ],
    ['ProvisionExistingClusterService', { namespace: 'a', name: 'b', port: '-' }, 'port: must be a number'],
    ['ProvisionExistingClusterService', { namespace: 'a', name: 'b', port: [80] }, 'port: must be a number'],
    ['ProvisionExistingClusterService', { namespace: 'a', name: 'b', port: null }, 'port: is null'],
    ['ProvisionConfigMapObjects', { ...OBJECTS, labelSelector: undefined }, 'labelSelector: is missing'],
    ['ProvisionConfigMapObjects', { ...OBJECTS, labelSelector: ' ' }, 'labelSelector: is empty'],
    [
      'ProvisionConfigMapObjects',
      { ...OBJECTS, labelSelector: 'a in b' },
      'labelSelector: does not parse: The label selector',
    ],
    [
      'ProvisionConfigMapObjects',
      { ...OBJECTS, labelselectors: 'a' },
      'labelselectors: is not a known key; did you mean labelSelector',
    ],
    [
      'ProvisionConfigMapObjects',
      { ...OBJECTS, namespace: '${parameters.ns}' },
      'namespace: has an expression that, at its character 11, must not use parameters; only consumer and instance',
    ],
    [
      'ProvisionConfigMapObjects',
      { ...OBJECTS, namespace: '${offering}-x' },
      'namespace: has an expression that, at its character 1, must not use offering',
    ],
    ['ProvisionHelmChart', { ...CHART, charturl: 'https://a/b.tgz' }, ': has both chart and charturl'],
    ['ProvisionHelmChart', { namespace: 'a', name: 'b' }, ': has neither chart nor charturl'],
    [
      'ProvisionHelmChart',
      { namespace: 'a', name: 'b', charturl: 'oci://a/b' },
      'charturl: is not an absolute http or https URL',
    ],
    [
      'ProvisionHelmChart',
      { ...CHART, name: 'B' },
      'name: is "B", which cannot be the name of a Helm release',
    ],
    [
      'ProvisionHelmChart',
      { ...CHART, version: 1.1 },
      'version: must be a string but is a number; put it in quotes',
    ],
    ['ProvisionHelmChart', { ...CHART, values: [] }, 'values: must be an object'],
    ['ProvisionHelmChart', { ...CHART, chart: '--debug' }, 'chart: is no chart; write oci://REGISTRY/PATH'],
    ['ProvisionHelmChart', { ...CHART, version: '--devel' }, 'version: is not one complete version'],
    [
      'ProvisionHelmChart',
      { ...CHART, repository: 'https://charts.example.com' },
      'chart: is no name of a chart in the repository; write the name alone',
    ],
    [
      'ProvisionHelmChart',
      { ...CHART, repository: 'oci://a/b', chart: 'c' },
      'repository: is not an absolute',
    ],
    [
      'ProvisionHelmChart',
      { ...CHART, repository: 'https://u:p@a', chart: 'c' },
      'repository: holds a user name or password',
    ],
    [
      'ProvisionHelmChart',
      { ...CHART, chart: undefined, charturl: 'https://a/b.tgz', repository: 'https://a' },
      ': has both charturl and repository; a URL needs no repository',
    ],
    [
      'ProvisionHelmChart',
      { ...CHART, version: '${parameters.version}' },
      'version: has an expression that, at its character 11, must not use parameters; consumers must not choose',
    ],
    [
      'ProvisionHelmChart',
      { ...CHART, service: 'B' },
      'service: is "B", which cannot be the name of a Service',
    ],
    ['ProvisionHelmChart', { ...CHART, port: 0 }, 'port: must be a number from 1 to 65535'],
    ['ProvisionHelmChart', { ...CHART, values: { '${a}': 1 } }, 'values["${a}"]: cannot hold an expression'],
    [
      'ProvisionConfigMapObjects',
      { ...OBJECTS, labelSelector: 'tier=${parameters.tier},=' },
      'labelSelector: does not parse: The label selector',
    ],
    ['ProvisionHelmChart', { ...CHART, values: { a: ['${'] } }, 'values.a[0]: holds ${ without its }'],
  ])('%s with %j is refused: %s', (kind, data, line) => {
    const lines = linesOf(given(kind, data));
    expect(lines[0]).toContain(line.startsWith(':') ? `provisiondata${line}` : `provisiondata.${line}`);
  });

  it.each<[Overrides, string[]]>([
    [{ chart: 'oci://a/b', version: '1.2.3' }, []],
    [{ chart: 'oci://a/b', version: 'v1.2.3-rc.1+x' }, []],
    [{ chart: 'oci://a:5000/b:1.2.3' }, []],
    [{ chart: 'oci://a/b:1.2.3', version: '1.2.3' }, []],
    [{ chart: `oci://a/b@sha256:${'0'.repeat(64)}` }, []],
    [{ chart: 'oci://a/b', version: '1.2.${offering}' }, []],
    [{ chart: '/charts/b' }, []],
    [{ chart: undefined, charturl: 'https://a/b-1.tgz' }, []],
    [{ chart: 'oci://a:5000/b' }, ['chart: is fetched in whatever version is the newest; add version']],
    [{ chart: 'b', repository: 'https://a' }, ['chart: is fetched in whatever version is the newest']],
    [{ chart: 'oci://a/b', version: '^1.2' }, ['version: is not one complete version, so it would move']],
    [{ chart: '/charts/b', version: '1.x' }, ['version: is not one complete version']],
    [{ chart: 'oci://a/b:latest' }, ['chart: ends with a tag that is not one complete version']],
    [{ chart: 'oci://a/b:1.2.3', version: '1.2.4' }, ['version: is not the version that chart ends with']],
    [{ chart: 'oci://me:pw@a/b', version: '1.2.3' }, ['chart: is no chart; write oci://REGISTRY/PATH']],
    [{ chart: 'file:///etc' }, ['chart: is no chart']],
    [{ chart: '../b' }, ['chart: is no chart']],
  ])('ProvisionHelmChart pins its chart: %j', (data, lines) => {
    const chart = { namespace: 'a', name: 'b', ...data };
    expect(linesOf(entryConfigMap({ provisionkind: 'ProvisionHelmChart', provisiondata: chart }))).toEqual(
      lines.map((line): unknown => expect.stringContaining(`provisiondata.${line}`)),
    );
  });
});
