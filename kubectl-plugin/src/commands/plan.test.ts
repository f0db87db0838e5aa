import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { KubeError, type KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { runPlugin, type RunResult } from '../testing/run-plugin.js';

const ENTRY = {
  team: 'api',
  offering: 'db',
  description: 'A database',
  uuid: 'u1',
  version: '1',
  whitelist: ['*'],
  provisionkind: 'ProvisionNonClusterURL',
  provisiondata: { url: 'https://db.example.com' },
  credentialkind: 'CredentialNoCredential',
};
const SECOND = { uuid: 'u2', version: '2', serviceuuid: 's' };
const FIRST = { serviceuuid: 's' };

interface Changes {
  annotations?: Record<string, string>;
  enabled?: string;
  namespace?: string;
}

const configMap = (
  name: string,
  payload: object,
  labels: Record<string, string>,
  changes: Changes,
): KubeObject => {
  const { annotations, enabled = 'true', namespace = 'provider-ns' } = changes;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace,
      labels: { 'mesitis/enabled': enabled, ...labels },
      ...(annotations === undefined ? {} : { annotations }),
    },
    data: { 'wrapped-resource': JSON.stringify(payload) },
  };
};
const entry = (name: string, payload: object = {}, changes: Changes = {}): KubeObject =>
  configMap(name, { ...ENTRY, ...payload }, { 'mesitis/kind': 'catalog-entry' }, changes);
const object = (name: string, data: object): KubeObject => {
  const labels = { 'mesitis/kind': 'wrapped-configmap', 'mesitis/offering': 'db', 'mesitis/order': '1' };
  const payload = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c-${instance.shortId}' }, data };
  return configMap(name, payload, labels, {});
};

const sha224 = (value: string): string => createHash('sha224').update(value).digest('hex');

/** An instance of a plan (`namespace/name`), as the catalog stores both. */
function used(planId: string, path: string, parameters: object = {}): KubeObject[] {
  const apiVersion = 'servicecatalog.k8s.io/v1beta1';
  const plan = `plan-${planId}`;
  const [namespace = '', name = ''] = path.split('/');
  const label = (field: string, value: string): Record<string, string> => ({
    [`servicecatalog.k8s.io/spec.${field}`]: sha224(value),
  });
  return [
    {
      apiVersion,
      kind: 'ClusterServicePlan',
      metadata: { name: plan, labels: label('externalID', planId) },
      spec: { clusterServiceBrokerName: 'broker', externalID: planId, externalName: plan },
    },
    {
      apiVersion,
      kind: 'ServiceInstance',
      metadata: { name, namespace, labels: label('clusterServicePlanRef.name', plan) },
      spec: { clusterServicePlanRef: { name: plan }, parameters: { ...parameters } },
    },
  ];
}

const cluster = (...objects: KubeObject[]): MemoryKube => {
  const kube = new MemoryKube();
  kube.seed(...objects);
  return kube;
};
/** As it is after somebody took the label out. */
const withoutLabel = ({ metadata, ...rest }: KubeObject): KubeObject => {
  const { 'mesitis/kind': _, ...labels } = metadata.labels ?? {};
  return { ...rest, metadata: { ...metadata, labels } };
};
const documents = (...objects: KubeObject[]): string =>
  objects.map((each) => JSON.stringify(each)).join('\n---\n');
const plan = (kube: MemoryKube, input: string, ...argv: string[]): Promise<RunResult> =>
  runPlugin(['plan', '-f', '-', ...argv], kube, { input });

interface Told {
  refused: boolean;
  namespaces: {
    changes: { action: string; title: string; keys: string[]; instances?: number }[];
    breaks: { rule: string; instances: { name: string }[]; allowed?: string }[];
    conflicts: { configMap: string }[];
  }[];
}

/** What programs are told, in short. */
async function told(kube: MemoryKube, input: string, ...argv: string[]): Promise<unknown> {
  const { out, exitCode } = await plan(kube, input, '-o', 'json', ...argv);
  const { refused, namespaces } = JSON.parse(out) as Told;
  return {
    exitCode,
    refused,
    changes: namespaces.flatMap(({ changes }) =>
      changes.map(({ action, title, keys, instances }) =>
        [action, title, ...keys, ...(instances === undefined ? [] : [`${instances} used`])].join(' '),
      ),
    ),
    breaks: namespaces.flatMap(({ breaks }) =>
      breaks.map(({ rule, instances, allowed = 'no' }) =>
        [rule, ...instances.map(({ name }) => name), allowed].join(' '),
      ),
    ),
    conflicts: namespaces.flatMap(({ conflicts }) => conflicts.map((each) => each.configMap)),
  };
}

const NOTHING = { exitCode: 0, refused: false, changes: [], breaks: [], conflicts: [] };
const STRICT = { parameters: { type: 'object', required: ['size'] } };
const AGREED = { 'mesitis/allow-breaking': 'agreed' };

describe('what publishing would change', () => {
  test.each<[string, KubeObject[], KubeObject[], string[], object]>([
    ['nothing', [entry('a')], [entry('a')], [], {}],
    ['a new offering', [], [entry('a')], [], { changes: ['new api-db:1'] }],
    ['what is disabled is none', [], [entry('a', {}, { enabled: 'false' })], [], {}],
    ['what is not in the files stays', [entry('a', FIRST), entry('b', SECOND)], [entry('a', FIRST)], [], {}],
    [
      'unless it is pruned',
      [entry('a', FIRST), entry('b', SECOND)],
      [entry('a', FIRST)],
      ['--prune'],
      { changes: ['removed api-db:2 0 used'] },
    ],
    [
      'keys, and never what they hold',
      [entry('a')],
      [entry('a', { displayname: 'DB', provisiondata: { url: 'https://secret.example.com' } })],
      [],
      { changes: ['changed api-db:1 displayname provision 0 used'] },
    ],
    [
      'objects',
      [object('c', { a: '1' }), object('d', {})],
      [object('c', { a: '2' }), object('e', {})],
      ['--prune'],
      {
        changes: [
          'changed ConfigMap c-${instance.shortId} data',
          'removed ConfigMap c-${instance.shortId}',
          'new ConfigMap c-${instance.shortId}',
        ],
      },
    ],
    [
      'an offering that becomes an object',
      [entry('a')],
      [object('a', {})],
      [],
      { changes: ['removed api-db:1 0 used', 'new ConfigMap c-${instance.shortId}'] },
    ],
    [
      'another uuid that an instance has',
      [entry('a'), ...used('u1', 'client-ns/mine')],
      [entry('a', { uuid: 'u9' })],
      [],
      { exitCode: 1, refused: true, changes: ['changed api-db:1 uuid 1 used'], breaks: ['MES088 mine no'] },
    ],
    [
      'a schema that one of two instances does not meet',
      [entry('a'), ...used('u1', 'client-ns/mine'), ...used('u1', 'b/sized', { size: 1 }).slice(1)],
      [entry('a', STRICT)],
      [],
      {
        exitCode: 1,
        refused: true,
        changes: ['changed api-db:1 parameters 2 used'],
        breaks: ['MES092 mine no'],
      },
    ],
    [
      'what the author allows itself',
      [entry('a'), ...used('u1', 'client-ns/mine')],
      [entry('a', STRICT, { annotations: AGREED })],
      [],
      { changes: ['changed api-db:1 parameters 1 used'], breaks: ['MES092 mine agreed'] },
    ],
    [
      'an offering that is pruned as the annotation in the cluster allows',
      [entry('a', {}, { annotations: AGREED }), ...used('u1', 'client-ns/mine')],
      [entry('b', { ...SECOND, offering: 'other' })],
      ['--prune'],
      {
        changes: ['removed api-db:1 1 used', 'new api-other:2'],
        breaks: ['MES089 mine agreed'],
      },
    ],
    [
      'an offering that is taken out by being disabled',
      [entry('a'), ...used('u1', 'client-ns/mine')],
      [entry('a', {}, { enabled: 'false' })],
      [],
      { exitCode: 1, refused: true, changes: ['removed api-db:1 1 used'], breaks: ['MES089 mine no'] },
    ],
    [
      'an offering that loses its label',
      [entry('a', FIRST), entry('b', SECOND), ...used('u1', 'client-ns/mine')],
      [withoutLabel(entry('a', FIRST))],
      [],
      { exitCode: 1, refused: true, changes: ['removed api-db:1 1 used'], breaks: ['MES089 mine no'] },
    ],
    [
      'an offering that loses its label as its annotation in the file allows',
      [entry('a'), ...used('u1', 'client-ns/mine')],
      [withoutLabel(entry('a', {}, { annotations: AGREED })), entry('n', { ...SECOND, offering: 'other' })],
      [],
      { changes: ['removed api-db:1 1 used', 'new api-other:2'], breaks: ['MES089 mine agreed'] },
    ],
    [
      'an object that loses its label',
      [object('c', {})],
      [withoutLabel(object('c', {}))],
      [],
      { changes: ['removed ConfigMap c-${instance.shortId}'] },
    ],
    [
      'ConfigMaps that never had the label',
      [entry('a'), entry('z', {}, { namespace: 'other-ns' })],
      [
        entry('a'),
        withoutLabel(entry('b')),
        withoutLabel(entry('y', {}, { namespace: 'other-ns' })),
        withoutLabel(entry('')),
      ],
      [],
      {},
    ],
    [
      'another kind of provision',
      [entry('a'), ...used('u1', 'client-ns/mine')],
      [
        entry('a', {
          provisionkind: 'ProvisionExistingClusterService',
          provisiondata: { namespace: 'shared', name: 'db', port: 5432 },
        }),
      ],
      [],
      {
        exitCode: 1,
        refused: true,
        changes: ['changed api-db:1 provision 1 used'],
        breaks: ['MES090 mine no'],
      },
    ],
    [
      'a whitelist without one of two namespaces that have instances',
      [entry('a'), ...used('u1', 'client-ns/mine'), ...used('u1', 'b/theirs').slice(1)],
      [entry('a', { whitelist: ['b'] })],
      [],
      {
        exitCode: 1,
        refused: true,
        changes: ['changed api-db:1 whitelist 2 used'],
        breaks: ['MES091 mine no'],
      },
    ],
    [
      'an entry that is in the way of one in the cluster',
      [entry('a')],
      [entry('b', { version: '2' })],
      [],
      { exitCode: 1, refused: true, changes: ['new api-db:2'], conflicts: ['b'] },
    ],
    ['entries that were in each other’s way before', [entry('a'), entry('b')], [entry('a')], [], {}],
    [
      'each namespace for itself',
      [entry('a')],
      [entry('a'), entry('b', {}, { namespace: 'team-ns' })],
      ['--prune'],
      { changes: ['new api-db:1'] },
    ],
  ])('%s', async (...[, before, after, argv, expected]) => {
    expect(await told(cluster(...before), documents(...after), ...argv)).toEqual({ ...NOTHING, ...expected });
  });
});

describe('for a person', () => {
  const busy = (): MemoryKube =>
    cluster(entry('a', FIRST), entry('old', { ...SECOND, version: '0' }), ...used('u1', 'client-ns/mine'));

  test('there are tables of what changes and of what breaks, and a sentence', async () => {
    const files = documents(
      entry('a', { ...FIRST, ...STRICT, whitelist: ['b'] }),
      entry('n', { ...FIRST, uuid: 'u3', version: '3' }),
    );
    const { out, err, exitCode } = await plan(busy(), files, '--prune');
    expect(out.split('\n')).toEqual([
      'ACTION    WHAT       CONFIGMAP         INSTANCES   WHAT DIFFERS',
      'changed   api-db:1   provider-ns/a     1           parameters, whitelist',
      'new       api-db:3   provider-ns/n',
      'removed   api-db:0   provider-ns/old   0',
      '',
      'BREAKS           OFFERING   RULE     THE CHANGE',
      'client-ns/mine   api-db:1   MES091   no longer lets in namespaces that have instances',
      'client-ns/mine   api-db:1   MES092   asks for parameters that instances do not have',
      '',
    ]);
    expect(err).toBe(
      'error: 1 new, 1 changed, 1 removed in provider-ns: would be refused, because it breaks 1 instance: let them move or be given back first, or annotate the ConfigMap with mesitis/allow-breaking: "<reason>"\n',
    );
    expect(exitCode).toBe(1);
  });

  test.each<[string, KubeObject, string]>([
    ['nothing changes', entry('a', FIRST), 'nothing changes in provider-ns\n'],
    ['nothing breaks', entry('a', { ...FIRST, free: false }), '1 changed in provider-ns: nothing breaks\n'],
    [
      'something breaks that may',
      entry('a', { ...FIRST, ...STRICT }, { annotations: AGREED }),
      '1 changed in provider-ns: breaks 1 instance, as mesitis/allow-breaking says\n',
    ],
  ])('the sentence is another when %s', async (_, file, err) => {
    expect(await plan(busy(), documents(file))).toMatchObject({ err, exitCode: 0 });
  });

  test('who may not see the instances of others is told so, and what changes all the same', async () => {
    const kube = busy();
    const list = kube.list.bind(kube);
    kube.list = (query, options) =>
      query.kind === 'ServiceInstance'
        ? Promise.reject(new KubeError('forbidden', 'jane cannot list serviceinstances'))
        : list(query, options);
    const file = documents(entry('a', { ...FIRST, uuid: 'u9' }));
    const { out, err, exitCode } = await plan(kube, file);
    expect(out.split('\n')).toEqual([
      'ACTION    WHAT       CONFIGMAP       INSTANCES   WHAT DIFFERS',
      'changed   api-db:1   provider-ns/a   ?           uuid',
      '',
    ]);
    expect(err).toBe(
      '1 changed in provider-ns: whom it breaks can not be told, since the cluster refused: jane cannot list serviceinstances\n',
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse((await plan(kube, file, '-o', 'json')).out)).toMatchObject({
      refused: false,
      namespaces: [{ unchecked: 'jane cannot list serviceinstances', breaks: [] }],
    });
  });

  test('nothing is written', async () => {
    const kube = busy();
    const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'provider-ns' };
    const before = await kube.list(query);
    await plan(kube, documents(entry('a', { uuid: 'u9' }), entry('new', SECOND)), '--prune');
    expect(await kube.list(query)).toEqual(before);
  });
});

describe('what can not be planned', () => {
  const nameless = entry('');
  const { namespace: _, ...metadata } = entry('a').metadata;

  test.each<[string, string, string[], string]>([
    [
      'broken rules',
      documents(entry('a', { free: 7 })),
      [],
      "-: ConfigMap 'provider-ns/a' breaks rules: see kubectl mesitis lint",
    ],
    [
      'no name',
      documents(nameless),
      [],
      "-: ConfigMap 'provider-ns/' breaks rules: see kubectl mesitis lint",
    ],
    [
      'a name that is only made by the API server',
      documents(nameless).replace('"name":""', '"generateName":"a-"'),
      [],
      "-: ConfigMap 'provider-ns/' has no name: write one",
    ],
    ['twice the same', documents(entry('a'), entry('a')), [], "-: ConfigMap 'provider-ns/a' is there twice"],
    [
      'another namespace than -n',
      documents(entry('a')),
      ['-n', 'other'],
      "-: ConfigMap 'provider-ns/a' is of another namespace than other, as -n says",
    ],
    [
      'a ConfigMap of others',
      documents(withoutLabel(entry('a'))),
      [],
      'no ConfigMap with the label mesitis/kind in -',
    ],
    ['nothing of ours', 'kind: Pod', [], 'no ConfigMap with the label mesitis/kind in -'],
    [
      'no YAML',
      'mesitis/kind: [',
      [],
      '-:1:16: is neither YAML nor JSON: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    [
      'no file',
      documents(entry('a')),
      ['-f', '/nowhere/at/all'],
      "/nowhere/at/all: can't be read: ENOENT: no such file or directory, stat '/nowhere/at/all'",
    ],
  ])('%s: exit code 2', async (_title, input, argv, problem) => {
    expect(await plan(new MemoryKube(), input, ...argv)).toMatchObject({
      out: '',
      err: `error: ${problem}\n`,
      exitCode: 2,
    });
  });

  test('without a namespace in the file, -n or the context says where it goes', async () => {
    const file = documents({ ...entry('a'), metadata });
    expect((await plan(new MemoryKube(), file)).err).toBe('1 new in client-ns: nothing breaks\n');
    expect((await plan(new MemoryKube(), file, '-n', 'other')).err).toBe('1 new in other: nothing breaks\n');
  });

  test('a cluster that does not tell: exit code 3', async () => {
    const kube = cluster(entry('a'));
    kube.failNext('list', new KubeError('forbidden', 'configmaps is forbidden'));
    const { err, exitCode } = await plan(kube, documents(entry('a')));
    expect(err).toContain('configmaps is forbidden');
    expect(exitCode).toBe(3);
  });
});
