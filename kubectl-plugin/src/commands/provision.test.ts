import { describe, expect, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import {
  clusterOffering,
  clusterPlan,
  failed,
  foreignOffering,
  instance,
  ready,
} from '../testing/objects.js';
import { runPlugin, withPlatform } from '../testing/run-plugin.js';

const inFlight = ready('False', 'ProvisionRequestInFlight', 'Provision request in-flight to the broker');
const done = ready('True', 'ProvisionedSuccessfully', 'The instance was provisioned successfully');

describe('kubectl mesitis provision', () => {
  const cluster = (): MemoryKube => {
    const kube = new MemoryKube();
    kube.seed(
      ...clusterOffering(),
      ...clusterOffering({ team: 'db', offering: 'postgres', whitelist: ['db-ns'] }),
      ...foreignOffering(),
    );
    return kube;
  };
  const stored = (kube: MemoryKube, name = 'api-service'): unknown =>
    kube.objects().find(({ kind, metadata }) => kind === 'ServiceInstance' && metadata.name === name);

  test('creates the instance, tells each change on stderr, and ends when it is ready', async () => {
    const kube = cluster();
    const platform = withPlatform(kube, { onCreate: () => [[inFlight], [done]] });
    const { out, err, exitCode } = await runPlugin(['provision', 'api-service'], platform);
    expect(out).toBe("instance 'api-service' of api-api-service:1 is ready\n");
    expect(err.split('\n').slice(-2)).toEqual([
      'Get its coordinates and credentials: kubectl mesitis bind api-service',
      '',
    ]);
    expect(exitCode).toBe(0);
    expect(stored(kube)).toMatchObject({
      metadata: { name: 'api-service', namespace: 'client-ns' },
      spec: {
        clusterServiceClassExternalName: 'api-api-service',
        clusterServicePlanExternalName: 'api-api-service-1',
      },
    });
  });

  test('uses the namespaced forms, the given name and the parameters', async () => {
    const kube = cluster();
    const argv =
      'provision mysql:small --name my-db -p size=small --params-json {"replicas":2} --no-wait'.split(' ');
    const { out, exitCode } = await runPlugin(argv, kube);
    expect(out).toBe("instance 'my-db' of mysql:small requested\n");
    expect(exitCode).toBe(0);
    expect(stored(kube, 'my-db')).toMatchObject({
      spec: {
        serviceClassExternalName: 'mysql',
        servicePlanExternalName: 'small',
        parameters: { size: 'small', replicas: 2 },
      },
    });
  });

  describe('with a schema', () => {
    const parameterSchema = {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', maximum: 5 },
        name: { type: 'string' },
        'a.b': { type: 'boolean' },
        backup: { type: 'object', properties: { hours: { type: 'array', items: { type: 'number' } } } },
      },
    };
    const offered = (): MemoryKube => {
      const kube = new MemoryKube();
      kube.seed(...clusterOffering({ parameterSchema }));
      return kube;
    };

    test('takes types from it, nests at dots, and reads YAML from standard input', async () => {
      const kube = offered();
      const pairs = ['-p', 'size=3', '-p', 'name=7', '-p', 'a.b=true', '-p', 'backup.hours=[1, 2]'];
      const { exitCode } = await runPlugin(
        ['provision', 'api-service', '--no-wait', ...pairs, '--params-file', '-', '-p', 'x.y\\.z=1'],
        kube,
        { input: 'backup: { keep: 3 }\nzone: [a]' },
      );
      expect(exitCode).toBe(0);
      expect(stored(kube)).toMatchObject({
        spec: {
          parameters: {
            size: 3,
            name: '7',
            'a.b': true,
            backup: { keep: 3, hours: [1, 2] },
            zone: ['a'],
            x: { 'y.z': '1' },
          },
        },
      });
    });

    test('asks a person for what is required and missing, and for nothing else', async () => {
      const kube = offered();
      const argv = ['provision', 'api-service', '--no-wait'];
      const { questions, exitCode } = await runPlugin(argv, kube, { lines: ['4'] });
      expect(questions).toEqual(['size (integer; at most 5):']);
      expect([exitCode, stored(kube)]).toMatchObject([0, { spec: { parameters: { size: 4 } } }]);
      const given = await runPlugin([...argv, '--name', 'x', '-p', 'size=1'], kube, { lines: [] });
      expect([given.questions, given.exitCode]).toEqual([[], 0]);
    });

    test.each([[[]], [['']]])('asks for nothing of the broker when the answer is %j', async (lines) => {
      const kube = offered();
      const { err, exitCode } = await runPlugin(['provision', 'api-service'], kube, { lines });
      expect([err, exitCode]).toEqual(["error: parameter 'size' is required: nothing was asked for\n", 2]);
      expect(stored(kube)).toBeUndefined();
    });

    test.each([
      [[], '', /^error: parameters do not fit api-api-service:1: .*size.*; nothing was asked for\n$/],
      [
        ['-p', 'size=s3cret'],
        '',
        /^error: parameters do not fit api-api-service:1: parameters.size (?!.*s3cret)/,
      ],
      [['-p', 'size=9'], '', /^error: parameters do not fit api-api-service:1: parameters.size /],
      [
        ['--params-file', '-'],
        'size: [s3cret',
        /^error: --params-file -:1:\d+ is neither JSON nor YAML (?!.*s3cret)/,
      ],
      [
        ['--params-file', '-'],
        'size: .inf',
        /^error: --params-file - is neither JSON nor YAML of JSON's types/,
      ],
      [['--params-file', '-'], '- 1', /^error: --params-file - holds no object/],
    ])('refuses %j with %j on standard input, and asks for nothing', async (flags, input, message) => {
      const kube = offered();
      const { err, exitCode } = await runPlugin(['provision', 'api-service', ...flags], kube, { input });
      expect(err).toMatch(message);
      expect(err).not.toContain('--help');
      expect(exitCode).toBe(2);
      expect(stored(kube)).toBeUndefined();
    });
  });

  test("does not wait with kubectl's spelling of it, and prints the object's name for programs", async () => {
    const { out } = await runPlugin(['provision', 'api-service', '--wait=false', '-o', 'name'], cluster());
    expect(out).toBe('serviceinstance.servicecatalog.k8s.io/api-service\n');
  });

  describe('as a dry run', () => {
    test('sends nothing with client, and prints what it would send', async () => {
      const kube = cluster();
      const argv = ['provision', 'api-service', '-p', 'size=1', '--dry-run=client', '-o', 'json'];
      const { out, exitCode } = await runPlugin(argv, kube);
      expect(JSON.parse(out)).toEqual({
        apiVersion: 'servicecatalog.k8s.io/v1beta1',
        kind: 'ServiceInstance',
        metadata: { name: 'api-service', namespace: 'client-ns' },
        spec: {
          clusterServiceClassExternalName: 'api-api-service',
          clusterServicePlanExternalName: 'api-api-service-1',
          parameters: { size: '1' },
        },
      });
      expect([exitCode, stored(kube)]).toEqual([0, undefined]);
    });

    test('has the server judge it with server, and nothing is kept', async () => {
      const kube = cluster();
      const argv = ['provision', 'api-service', '--dry-run=server'];
      expect(await runPlugin(argv, kube)).toMatchObject({
        out: "instance 'api-service' of api-api-service:1 would be requested (server dry run)\n",
        err: '',
        exitCode: 0,
      });
      expect(stored(kube)).toBeUndefined();
      kube.seed(instance());
      expect((await runPlugin(argv, kube)).err).toContain("instance 'api-service' already exists");
    });
  });

  test("ends with the broker's own words when provisioning fails for good", async () => {
    const message =
      'Error provisioning ServiceInstance of ClusterServiceClass (K8S: "3" ExternalName: "x") at ClusterServiceBroker "api": Status: 400; ErrorMessage: Forbidden; Description: namespace client-ns is not whitelisted; ResponseError: <nil>';
    const platform = withPlatform(cluster(), {
      onCreate: () => [
        [
          ready('False', 'ProvisionCallFailed', message),
          failed('ClusterServiceBrokerReturnedFailure', message),
        ],
      ],
    });
    const { out, err, exitCode } = await runPlugin(['provision', 'api-service'], platform);
    expect(out).toBe('');
    expect(err.trim().split('\n').at(-1)).toBe(
      "error: instance 'api-service' failed: the broker answered 400: namespace client-ns is not whitelisted; ask the team that offers it if the reason is not clear; once it is settled, kubectl mesitis deprovision api-service, then provision again",
    );
    expect(exitCode).toBe(1);
  });

  test('gives up after --timeout and says what it was waiting for', async () => {
    const platform = withPlatform(cluster(), { onCreate: () => [[inFlight]] });
    const { err, exitCode } = await runPlugin(['provision', 'api-service', '--timeout', '300ms'], platform);
    expect(err).toContain(
      "error: instance 'api-service' is not done after 300ms: waiting for the broker; the platform goes on with it, see kubectl mesitis status api-service\n",
    );
    expect(exitCode).toBe(1);
  });

  test('says that the instance is on its way when it may not be watched', async () => {
    const kube = cluster();
    kube.failNext(
      ({ verb, kind }) => verb === 'list' && kind === 'ServiceInstance',
      new KubeError('forbidden', 'cannot list resource "serviceinstances"'),
    );
    const { err, exitCode } = await runPlugin(['provision', 'api-service'], kube);
    expect(err).toBe(
      "error: instance 'api-service' can't be watched, but the platform goes on with it, see kubectl mesitis status api-service, and --no-wait does without: the cluster refused: cannot list resource \"serviceinstances\"; ask an administrator for this right\n",
    );
    expect(exitCode).toBe(3);
    expect(stored(kube)).toBeDefined();
  });

  test('breaks its sentences between words in a terminal', async () => {
    const argv = ['provision', 'api-service', '--no-wait'];
    const { out } = await runPlugin(argv, cluster(), { terminal: { columns: 40 } });
    expect(out).toBe("instance 'api-service' of\napi-api-service:1 requested\n");
  });

  test('ends at once on Ctrl-C, with 130 and without a stack', async () => {
    const interruption = new AbortController();
    const platform = withPlatform(cluster(), {
      onCreate: () => {
        setImmediate(() => interruption.abort());
        return [[inFlight]];
      },
    });
    const { err, exitCode } = await runPlugin(['provision', 'api-service'], platform, {
      signal: interruption.signal,
    });
    expect(err.trim().split('\n').at(-1)).toBe(
      'error: interrupted; the platform goes on with it, see kubectl mesitis status api-service',
    );
    expect(exitCode).toBe(130);
  });

  test.each([
    ['api-servce', "no offering 'api-servce' for namespace client-ns; did you mean api-api-service?"],
    ['api-api-servic', "no offering 'api-api-servic' for namespace client-ns; did you mean api-api-service?"],
    ['kafka', "no offering 'kafka' for namespace client-ns; see kubectl mesitis catalog"],
    ['postgres', "offering 'postgres' is not for namespace client-ns: ask team db to whitelist it"],
    ['api-service:7', "offering 'api-api-service' has no plan '7': choose api-api-service:1"],
  ])('explains why %s is not there', async (wanted, message) => {
    const { err, exitCode } = await runPlugin(['provision', wanted], cluster());
    expect(err).toBe(`error: ${message}\n`);
    expect(exitCode).toBe(1);
  });

  test('asks for a plan when there are several', async () => {
    const kube = cluster();
    kube.seed(clusterPlan({ version: '2' }));
    const { err, exitCode } = await runPlugin(['provision', 'api-service'], kube);
    expect(err).toBe(
      "error: offering 'api-api-service' has several plans: choose api-api-service:1 or api-api-service:2\n",
    );
    expect(exitCode).toBe(1);
    expect((await runPlugin(['provision', 'api-service:2', '--no-wait'], kube)).exitCode).toBe(0);
    expect(stored(kube)).toMatchObject({ spec: { clusterServicePlanExternalName: 'api-api-service-2' } });
  });

  test('asks for the team when several offer the same thing', async () => {
    const kube = cluster();
    kube.seed(...clusterOffering({ team: 'web' }));
    const { err } = await runPlugin(['provision', 'api-service'], kube);
    expect(err).toBe("error: several teams offer 'api-service': choose api-api-service or web-api-service\n");
    expect((await runPlugin(['provision', 'web-api-service', '--no-wait'], kube)).exitCode).toBe(0);
  });

  test('refuses a name that is taken, and says by what', async () => {
    const kube = cluster();
    kube.seed(instance());
    const { err, exitCode } = await runPlugin(['provision', 'api-service'], kube);
    expect(err).toBe(
      "error: instance 'api-service' already exists in namespace client-ns (api-api-service:1, Ready): see kubectl mesitis status api-service, or choose another name with --name\n",
    );
    expect(exitCode).toBe(1);
  });

  test.each([
    [['--name', 'Api_1'], /^error: --name 'Api_1' can't be the name of a Kubernetes object: .*--help\n$/],
    [
      ['-p', 'novalue'],
      /^error: a parameter has no key: write -p key=value; see kubectl mesitis provision --help\n$/,
    ],
    [['-p', 'a=1', '-p', 'a=2'], /^error: parameter 'a' is given twice/],
    [['--params-json', '{s3cret'], /^error: --params-json is not JSON: (?!.*s3cret)/],
    [['-p', 'a.b=1', '--params-json', '{"a":1}'], /^error: parameter 'a.b' is given twice/],
    [['-p', 'a..b=1'], /^error: parameter 'a..b' has an empty part/],
    [
      ['--params-file', '/does/not/exist'],
      /^error: --params-file \/does\/not\/exist can't be read: ENOENT(?!.*--help)/,
    ],
    [['--params-json', '[1]'], /^error: --params-json is not a JSON object/],
    [['--timeout', 'soon'], /^error: --timeout 'soon' is not a duration above 0: write 30s, 5m or 1h30m/],
  ])('takes %j for a mistake in the command line and creates nothing', async (flags, message) => {
    const kube = cluster();
    const { err, exitCode } = await runPlugin(['provision', 'api-service', ...flags], kube);
    expect(err).toMatch(message);
    expect(exitCode).toBe(2);
    expect(stored(kube)).toBeUndefined();
  });

  test("passes the server's refusal on", async () => {
    const kube = cluster();
    kube.failNext(
      'create',
      new KubeError('forbidden', 'admission webhook denied the request: quota is used up'),
    );
    const { err, exitCode } = await runPlugin(['provision', 'api-service'], kube);
    expect(err).toBe('error: the cluster refused: admission webhook denied the request: quota is used up\n');
    expect(exitCode).toBe(3);
  });
});
