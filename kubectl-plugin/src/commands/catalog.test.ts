import { describe, expect, test } from '@jest/globals';
import { MemoryKube } from '@mesitis/kube/memory';
import { clusterOffering, clusterPlan, foreignOffering } from '../testing/objects.js';
import { runPlugin } from '../testing/run-plugin.js';

describe('kubectl mesitis catalog', () => {
  const cluster = (): MemoryKube => {
    const kube = new MemoryKube();
    kube.seed(
      ...clusterOffering(),
      clusterPlan({ version: '10' }),
      clusterPlan({ version: '2' }),
      ...clusterOffering({
        team: 'db',
        offering: 'postgres',
        whitelist: ['team-*'],
        provisionKind: 'ProvisionNonClusterURL',
        description: 'The company database, run by the database team in the other data centre',
      }),
      ...clusterOffering({ team: 'old', offering: 'gone', whitelist: ['*'], removed: true }),
      ...foreignOffering(),
    );
    return kube;
  };

  test('shows what whitelists the namespace, and what other brokers offer to everyone', async () => {
    const { out, err, exitCode } = await runPlugin(['catalog'], cluster());
    expect(out).toBe(
      [
        'OFFERING          PLAN    TEAM   KIND          DESCRIPTION',
        'api-api-service   1       api    own objects   An api service offered by the API team',
        'api-api-service   2       api    own objects   An api service offered by the API team',
        'api-api-service   10      api    own objects   An api service offered by the API team',
        'mysql             small                        A small MySQL',
        '',
      ].join('\n'),
    );
    expect(err).toBe('');
    expect(exitCode).toBe(0);
  });

  test('cuts descriptions off to fit a terminal, and never in a pipe', async () => {
    const argv = ['catalog', '-n', 'team-a'];
    const piped = await runPlugin(argv, cluster());
    expect(piped.out).toContain('in the other data centre');
    const { out } = await runPlugin(argv, cluster(), { terminal: {} });
    expect(out.split('\n')[1]).toHaveLength(80);
    expect(out).toContain('…');
  });

  test('hints at the next step where a person looks at both streams', async () => {
    const { err } = await runPlugin(['catalog'], cluster(), { terminal: {} });
    expect(err).toBe('Get one, for example: kubectl mesitis provision api-api-service:1\n');
    const single = await runPlugin(['catalog', '-n', 'team-a'], cluster(), { terminal: {} });
    expect(single.err).toBe('Get one, for example: kubectl mesitis provision db-postgres\n');
  });

  test('prints classes and plans as a List, and their names', async () => {
    const { out } = await runPlugin(['catalog', '-o', 'json'], cluster());
    const list = JSON.parse(out) as { kind: string; items: { kind: string; metadata: object }[] };
    expect(list.kind).toBe('List');
    expect(list.items.map(({ kind }) => kind)).toEqual([
      'ClusterServiceClass',
      'ClusterServicePlan',
      'ClusterServicePlan',
      'ClusterServicePlan',
      'ServiceClass',
      'ServicePlan',
    ]);
    const names = await runPlugin(['catalog', '--output=name'], cluster());
    expect(names.out.split('\n').slice(0, 2)).toEqual([
      'clusterserviceclass.servicecatalog.k8s.io/class-api-api-service',
      'clusterserviceplan.servicecatalog.k8s.io/plan-api-api-service-1',
    ]);
  });

  test('says whom to ask when nothing whitelists the namespace', async () => {
    const { out, err, exitCode } = await runPlugin(['catalog', '-n', 'other-ns'], cluster());
    expect(out).toBe('');
    expect(err).toBe(
      'No offering whitelists namespace other-ns: ask the team whose offering you need to add it, or choose another namespace with -n.\n',
    );
    expect(exitCode).toBe(0);
  });

  test('says so when no broker offers anything', async () => {
    const { err, exitCode } = await runPlugin(['catalog'], new MemoryKube());
    expect(err).toContain('No broker offers anything yet');
    expect(exitCode).toBe(0);
  });

  test('says which chart is missing when the cluster does not serve the API', async () => {
    const { err, exitCode } = await runPlugin(['catalog'], new MemoryKube({ strict: true }));
    expect(err).toMatch(/^error: Mesitis's platform chart is not installed: .*; ask an administrator/);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(exitCode).toBe(3);
  });
});
