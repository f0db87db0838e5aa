import { describe, expect, test } from '@jest/globals';
import type { ListOptions } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { clusterOffering, clusterPlan, foreignOffering } from '../testing/objects.js';
import { runPlugin } from '../testing/run-plugin.js';

describe('kubectl mesitis catalog', () => {
  const cluster = (): MemoryKube => {
    const kube = new MemoryKube();
    kube.seed(
      ...clusterOffering(),
      clusterPlan({ version: '10' }),
      clusterPlan({ version: '2', free: false }),
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
        'OFFERING          PLAN    TEAM   FREE   KIND          DESCRIPTION',
        'api-api-service   1       api    yes    own objects   An api service offered by the API team',
        'api-api-service   2       api    no     own objects   An api service offered by the API team',
        'api-api-service   10      api    yes    own objects   An api service offered by the API team',
        'mysql             small                               A small MySQL',
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
    expect(Math.max(...out.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(out).toContain('The company database, run by…');
  });

  test('leaves out the team, and then the kind, where a terminal is too narrow for the description', async () => {
    const wide = async (columns: number): Promise<string[] | undefined> =>
      (await runPlugin(['catalog'], cluster(), { terminal: { columns } })).out.split('\n')[0]?.split(/ +/);
    expect(await wide(72)).toEqual(['OFFERING', 'PLAN', 'TEAM', 'FREE', 'KIND', 'DESCRIPTION']);
    expect(await wide(66)).toEqual(['OFFERING', 'PLAN', 'FREE', 'KIND', 'DESCRIPTION']);
    expect(await wide(50)).toEqual(['OFFERING', 'PLAN', 'FREE', 'DESCRIPTION']);
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
    const kube = cluster();
    kube.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other-ns' } });
    const { out, err, exitCode } = await runPlugin(['catalog', '-n', 'other-ns'], kube);
    expect(out).toBe('');
    expect(err).toBe(
      'No offering whitelists namespace other-ns: ask the team whose offering you need to add it (--all shows them), or choose another namespace with -n.\n',
    );
    expect(exitCode).toBe(0);
  });

  test('asks again before it says so, for what the server remembers may be a moment old', async () => {
    const kube = cluster();
    const list = kube.list.bind(kube);
    kube.list = async (query, options: ListOptions = {}) => {
      const now = await list(query, options);
      return options.cached === true ? { ...now, items: [] } : now;
    };
    expect((await runPlugin(['catalog', '--no-headers', '-n', 'team-a'], kube)).out).toMatch(/^db-postgres /);
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

  test('marks with --all what the namespace may not have', async () => {
    const { out } = await runPlugin(['catalog', '--all'], cluster());
    expect(out.split('\n').map((line) => line.split(/ {2,}/).slice(0, 5).join(' '))).toEqual([
      'OFFERING PLAN TEAM FREE OPEN',
      'api-api-service 1 api yes yes',
      'api-api-service 2 api no yes',
      'api-api-service 10 api yes yes',
      'db-postgres 1 db yes no',
      'mysql small yes A small MySQL',
      '',
    ]);
  });

  test('tells with -A in which namespace an offering is, and for whom', async () => {
    const kube = cluster();
    kube.seed(...foreignOffering('other-ns'));
    const { out } = await runPlugin(['catalog', '-A', '--no-headers'], kube);
    expect(out.split('\n').slice(-4)).toEqual([
      '(cluster)   db-postgres       1       db    yes   external URL   team-*',
      'client-ns   mysql             small                              *',
      'other-ns    mysql             small                              *',
      '',
    ]);
  });

  test('orders by a field of the plans, and takes only those with a label', async () => {
    const kube = cluster();
    const [plan] = foreignOffering('client-ns', 'labelled').slice(1);
    if (plan === undefined) throw new Error('the fixture has no plan');
    kube.seed(...foreignOffering('client-ns', 'labelled').slice(0, 1), {
      ...plan,
      metadata: { ...plan.metadata, labels: { tier: 'gold' } },
    });
    const { out } = await runPlugin(['catalog', '-l', 'tier=gold', '--no-headers'], kube);
    expect(out).toBe('labelled   small            A small MySQL\n');
    const sorted = await runPlugin(['catalog', '--sort-by', '.spec.description', '--no-headers'], kube);
    expect(sorted.out.split(' ', 1)).toEqual(['labelled']);
    const none = await runPlugin(['catalog', '-l', 'tier=tin'], kube);
    expect(none.err).toBe('No plan for namespace client-ns has the labels tier=tin.\n');
  });

  describe('of one offering', () => {
    const queue = clusterOffering({
      offering: 'queue',
      version: '3',
      description: 'A message queue',
      provisionKind: 'ProvisionNonClusterURL',
      credentialKind: 'CredentialFromVault',
      metadata: { displayName: 'Queue', documentationUrl: 'https://wiki.example.com/queue' },
      parameterSchema: {
        type: 'object',
        required: ['size', 'name'],
        properties: {
          size: { type: 'integer', minimum: 1, maximum: 5, description: 'How many brokers' },
          name: { type: 'string', examples: ["it's"] },
        },
      },
      bindingSchema: { type: 'object', properties: { role: { enum: ['reader', 'writer'] } } },
    });
    const describing = async (...argv: string[]): ReturnType<typeof runPlugin> => {
      const kube = cluster();
      kube.seed(...queue, ...clusterOffering({ offering: 'flat', bindable: false }));
      return runPlugin(['catalog', ...argv], kube);
    };

    test('tells what it takes, what a binding holds, and what to type', async () => {
      expect((await describing('queue')).out).toBe(`api-queue:3  Queue
A message queue

Team:          api
Kind:          external URL
Open to:       client-ns
Free:          yes
Documentation: https://wiki.example.com/queue

Parameters
NAME   TYPE      REQUIRED   DEFAULT   DESCRIPTION
size   integer   yes                  How many brokers; 1 to 5
name   string    yes

Parameters of a binding
NAME   TYPE   REQUIRED   DEFAULT   DESCRIPTION
role   any                         one of reader, writer

Secret of a binding
uri, host and port (where the service is), and credentials from Vault, which may be made for each binding and expire

To get it
  kubectl mesitis provision api-queue:3 -p size=1 -p 'name=it'\\''s'
  kubectl mesitis bind queue
`);
    });

    test('has no Secret where nothing can be bound', async () => {
      const { out } = await describing('flat');
      expect(out).toContain('Bindable: no\n');
      expect(out).not.toMatch(/Secret|kubectl mesitis bind/);
    });

    test('says whom to ask when it is not for the namespace', async () => {
      expect(await describing('postgres')).toMatchObject({
        exitCode: 1,
        err: "error: offering 'postgres' is not for namespace client-ns: ask team db to whitelist it\n",
      });
      const { out } = await describing('postgres', '--all');
      expect(out).toContain('Yours:   no, ask team db to add client-ns\n');
      expect(out).not.toContain('To get it');
    });

    test('is every plan of it, or the one that is named', async () => {
      const titles = (out: string): string[] => out.match(/^api-api-service:\d+/gm) ?? [];
      expect(titles((await describing('api-service')).out)).toEqual([
        'api-api-service:1',
        'api-api-service:2',
        'api-api-service:10',
      ]);
      expect(titles((await describing('api-service:2')).out)).toEqual(['api-api-service:2']);
      expect((await describing('api-service:9')).err).toContain("has no plan '9': choose api-api-service:1,");
    });

    test('is its class and plans for programs', async () => {
      const { out } = await describing('queue', '-o', 'name');
      expect(out).toBe(
        'clusterserviceclass.servicecatalog.k8s.io/class-api-queue\nclusterserviceplan.servicecatalog.k8s.io/plan-api-queue-3\n',
      );
    });
  });
});
