import { describe, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
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
    expect((await consumers('-n', 'b-ns', 'postgres')).err).toBe(
      "Nobody in namespace b-ns uses 'postgres'.\n",
    );
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
