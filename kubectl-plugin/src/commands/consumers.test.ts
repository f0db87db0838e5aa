import { describe, expect, test } from '@jest/globals';
import { KubeError, type JsonObject, type KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { binding, clusterOffering, clusterPlan, instance, ready } from '../testing/objects.js';
import { runPlugin, type RunResult } from '../testing/run-plugin.js';

const at = (namespace: string, object: KubeObject, spec: JsonObject = {}): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, namespace },
  spec: { ...(object['spec'] as JsonObject), ...spec },
});

function cluster(): MemoryKube {
  const kube = new MemoryKube({ now: () => new Date('2026-01-01T00:00:00Z') });
  const byName = (name: string): JsonObject => ({
    clusterServiceClassExternalName: null,
    clusterServicePlanExternalName: null,
    clusterServicePlanName: name,
    clusterServicePlanRef: { name },
  });
  kube.seed(
    ...clusterOffering(),
    clusterPlan({ version: '2' }),
    ...clusterOffering({ team: 'db', offering: 'postgres' }),
    ...clusterOffering({ team: 'old', offering: 'gone', removed: true }),
    at('b-ns', instance('mine'), { userInfo: { username: 'ann' } }),
    at('b-ns', binding('one', 'mine')),
    at('b-ns', binding('two', 'mine')),
    at('c-ns', binding('three', 'mine')),
    at('a-ns', instance('second', [ready('False', 'ProvisionCallFailed')]), byName('plan-api-api-service-2')),
    at('a-ns', instance('table'), byName('plan-db-postgres-1')),
    at('a-ns', instance('late'), {
      clusterServiceClassExternalName: 'old-gone',
      clusterServicePlanExternalName: 'old-gone-1',
    }),
  );
  return kube;
}

const consumers = (...argv: string[]): Promise<RunResult> => runPlugin(['consumers', ...argv], cluster());
const names = async (...argv: string[]): Promise<string[]> =>
  (await consumers('--no-headers', ...argv)).out
    .match(/^\S+ +\S+/gm)
    ?.map((each) => each.replace(/ +/, '/')) ?? [];

describe('kubectl mesitis consumers', () => {
  test('lists the instances of all namespaces, with the plan however it was asked for', async () => {
    expect((await consumers()).out.split('\n')).toEqual([
      'NAMESPACE   INSTANCE   OFFERING            STATUS                AGE   BINDINGS   BY',
      'a-ns        late       old-gone:1          Ready                 2m    0',
      'a-ns        second     api-api-service:2   ProvisionCallFailed   2m    0',
      'a-ns        table      db-postgres:1       Ready                 2m    0',
      'b-ns        mine       api-api-service:1   Ready                 2m    2          ann',
      '',
    ]);
  });

  test.each([
    ['api-service', ['a-ns/second', 'b-ns/mine']],
    ['api-api-service', ['a-ns/second', 'b-ns/mine']],
    ['api-service:2', ['a-ns/second']],
    ['postgres', ['a-ns/table']],
    ['old-gone', ['a-ns/late']],
  ])('of %s alone', async (offering, expected) => {
    expect(await names(offering)).toEqual(expected);
  });

  test('of one namespace, for those who may not list all', async () => {
    expect(await names('-n', 'b-ns')).toEqual(['b-ns/mine']);
    const kube = cluster();
    kube.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'b-ns' } });
    const { err } = await runPlugin(['consumers', '-n', 'b-ns', 'postgres'], kube);
    expect(err).toBe("Nobody in namespace b-ns uses 'postgres'.\n");
  });

  test('of all namespaces with -A, which goes before -n', async () => {
    expect(await names('-A')).toEqual(await names());
    expect(await names('-A', '-n', 'b-ns')).toEqual(await names());
  });

  test('says to those who may not list all that one namespace will do', async () => {
    const kube = cluster();
    kube.failNext('list', new KubeError('forbidden', 'you cannot list serviceinstances'));
    expect(await runPlugin(['consumers'], kube)).toMatchObject({
      err: 'error: the cluster refused: you cannot list serviceinstances; ask an administrator for this right, or name a namespace with -n\n',
      exitCode: 3,
    });
  });

  test('keeps the end of who it is in a narrow terminal, and leaves out the bindings and the age for it', async () => {
    const kube = cluster();
    const username = 'system:serviceaccount:b-ns:deployer';
    kube.seed(at('b-ns', instance('other'), { userInfo: { username } }));
    const lastLines = async (columns: number): Promise<string[]> => {
      const { out } = await runPlugin(['consumers', '-n', 'b-ns'], kube, { terminal: { columns } });
      return out.split('\n').filter((line) => /^(NAMESPACE|b-ns +other)/.test(line));
    };
    expect(await lastLines(100)).toEqual([
      'NAMESPACE   INSTANCE   OFFERING            STATUS   AGE   BINDINGS   BY',
      'b-ns        other      api-api-service:1   Ready    2m    0          system:ser…ccount:b-ns:deployer',
    ]);
    expect(await lastLines(80)).toEqual([
      'NAMESPACE   INSTANCE   OFFERING            STATUS   AGE   BY',
      'b-ns        other      api-api-service:1   Ready    2m    system:…:b-ns:deployer',
    ]);
  });

  test('in the order of a field, and as objects for programs', async () => {
    expect((await names('--sort-by', '.metadata.name'))[1]).toBe('b-ns/mine');
    const { out } = await consumers('postgres', '-o', 'json');
    expect(JSON.parse(out)).toMatchObject({ kind: 'List', items: [{ metadata: { name: 'table' } }] });
  });

  test('tells an offering that nobody uses from one that there is not', async () => {
    const none = await runPlugin(['consumers'], new MemoryKube());
    expect([none.err, none.exitCode]).toEqual(['Nobody uses anything.\n', 0]);
    const { err, exitCode } = await consumers('postgrs');
    expect(err).toBe("error: no offering 'postgrs' for namespace client-ns; did you mean db-postgres?\n");
    expect(exitCode).toBe(1);
  });
});
