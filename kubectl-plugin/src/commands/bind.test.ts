import { describe, expect, test } from '@jest/globals';
import { KubeError, refOf, type JsonObject, type KubeObject, type ObjectRef } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import type { PluginKube } from '../context.js';
import { binding, clusterOffering, failed, instance, ready } from '../testing/objects.js';
import { runPlugin, withPlatform, type RunOptions, type RunResult } from '../testing/run-plugin.js';

const done = ready('True', 'InjectedBindResult', 'Injected bind result');

describe('kubectl mesitis bind', () => {
  const cluster = (): MemoryKube => {
    const kube = new MemoryKube();
    kube.seed(instance());
    return kube;
  };

  test('creates the binding, waits, and names the Secret', async () => {
    const kube = cluster();
    const platform = withPlatform(kube, { onCreate: () => [[done]] });
    const { out, err, exitCode } = await runPlugin(['bind', 'api-service'], platform);
    expect(out).toBe(
      "binding 'api-service' of instance 'api-service' is ready: Secret 'api-service' in namespace client-ns\n",
    );
    expect(err).toContain('Read it: kubectl mesitis secret api-service, with --show for the values\n');
    expect(exitCode).toBe(0);
    expect(kube.objects().at(-1)).toMatchObject({
      kind: 'ServiceBinding',
      spec: { instanceRef: { name: 'api-service' }, secretName: 'api-service' },
    });
  });

  test('takes names for the binding and the Secret', async () => {
    const kube = cluster();
    const argv = 'bind api-service --name reporting --secret-name reporting-api --no-wait -o name'.split(' ');
    expect((await runPlugin(argv, kube)).out).toBe('servicebinding.servicecatalog.k8s.io/reporting\n');
    expect(kube.objects().at(-1)).toMatchObject({
      metadata: { name: 'reporting' },
      spec: { secretName: 'reporting-api' },
    });
  });

  test('asks for the format of the Secret only when one is chosen', async () => {
    const kube = cluster();
    await runPlugin(['bind', 'api-service', '--no-wait', '--format', 'servicebinding'], kube);
    expect(kube.objects().at(-1)?.metadata.annotations).toEqual({
      'mesitis/secret-format': 'servicebinding',
    });
    await runPlugin(['bind', 'api-service', '--no-wait', '--name', 'other'], kube);
    expect(kube.objects().at(-1)?.metadata).not.toHaveProperty('annotations');
    const { err, exitCode } = await runPlugin(['bind', 'api-service', '--format', 'json'], kube);
    expect(err).toContain('expected --format=json to be one of: opaque, servicebinding');
    expect(exitCode).toBe(2);
  });

  describe('with a schema for its parameters', () => {
    const schema: JsonObject = {
      type: 'object',
      required: ['role'],
      additionalProperties: false,
      properties: {
        role: { enum: ['reader', 'writer'] },
        days: { type: 'integer' },
        scope: { type: 'object', properties: { own: { type: 'boolean' } } },
      },
    };
    const resolved = (object: KubeObject): KubeObject => ({
      ...object,
      spec: {
        ...(object['spec'] as JsonObject),
        clusterServicePlanRef: { name: 'plan-api-api-service-1' },
      },
    });
    const withSchema = (object: KubeObject): MemoryKube => {
      const kube = new MemoryKube();
      kube.seed(object, ...clusterOffering({ bindingSchema: schema }));
      return kube;
    };
    const bind = (kube: PluginKube, typed: string, options?: RunOptions): Promise<RunResult> =>
      runPlugin(['bind', 'api-service', '--no-wait', ...typed.split(' ')], kube, options);

    test.each([
      ['of the plan that the platform found', resolved(instance())],
      ['of the plan that is asked for, before the platform looked', instance()],
    ])('takes types from that %s', async (_, object) => {
      const kube = withSchema(object);
      expect((await bind(kube, '-p role=reader -p days=3 -p scope.own=true')).exitCode).toBe(0);
      expect(kube.objects().at(-1)).toMatchObject({
        kind: 'ServiceBinding',
        spec: { parameters: { role: 'reader', days: 3, scope: { own: true } } },
      });
    });

    test('sends nothing that does not fit', async () => {
      const kube = withSchema(resolved(instance()));
      const { err, exitCode } = await bind(kube, '-p days=soon');
      expect(err).toMatch(
        /^error: parameters do not fit a binding of api-api-service:1: .*; nothing was asked for\n$/,
      );
      expect(err).toContain('role');
      expect(err).toContain('days');
      expect(exitCode).toBe(2);
      expect(kube.objects().map(({ kind }) => kind)).not.toContain('ServiceBinding');
    });

    test('asks a person for what is required', async () => {
      const kube = withSchema(resolved(instance()));
      const { questions } = await bind(kube, '-p days=3', { lines: ['writer'] });
      expect(questions).toHaveLength(1);
      expect(kube.objects().at(-1)).toMatchObject({ spec: { parameters: { role: 'writer', days: 3 } } });
    });

    test('leaves it to the broker where the plan may not be read', async () => {
      const kube = withSchema(resolved(instance()));
      const get = kube.get.bind(kube);
      const secretive = Object.assign(kube, {
        get: (ref: ObjectRef) =>
          ref.kind === 'ClusterServicePlan' ? Promise.reject(new KubeError('forbidden', 'no')) : get(ref),
      });
      expect((await bind(secretive, '-p days=soon')).exitCode).toBe(0);
      expect(kube.objects().at(-1)).toMatchObject({ spec: { parameters: { days: 'soon' } } });
    });
  });

  test('ends with the reason and a remedy when the Secret belongs to someone else for good', async () => {
    const platform = withPlatform(cluster(), {
      onCreate: () => [
        [failed('ErrorInjectingBindResult', 'Secret "client-ns/api-service" is not owned by ServiceBinding')],
      ],
    });
    const { err, exitCode } = await runPlugin(['bind', 'api-service'], platform);
    expect(err).toContain(
      `error: binding 'api-service' failed: Secret "client-ns/api-service" is not owned by ServiceBinding; if a Secret of that name belongs to someone else, kubectl mesitis unbind api-service and bind again with --secret-name\n`,
    );
    expect(exitCode).toBe(1);
  });

  test.each([
    ['api-servce', "no instance 'api-servce' in namespace client-ns; did you mean api-service?"],
    ['x', "no instance 'x' in namespace client-ns; see kubectl mesitis status for what there is"],
  ])('explains that there is no instance %s', async (name, message) => {
    const { err, exitCode } = await runPlugin(['bind', name], cluster());
    expect(err).toBe(`error: ${message}\n`);
    expect(exitCode).toBe(1);
  });

  test('refuses an instance that is being deleted', async () => {
    const kube = new MemoryKube();
    const going = instance();
    kube.seed({
      ...going,
      metadata: { ...going.metadata, finalizers: ['kubernetes-incubator/service-catalog'] },
    });
    await kube.remove({
      apiVersion: going.apiVersion,
      kind: going.kind,
      namespace: 'client-ns',
      name: 'api-service',
    });
    const { err, exitCode } = await runPlugin(['bind', 'api-service'], kube);
    expect(err).toMatch(/^error: instance 'api-service' is being deleted/);
    expect(exitCode).toBe(1);
  });

  test('refuses an instance that failed for good, which nothing would come of', async () => {
    const kube = new MemoryKube();
    kube.seed(instance('x', [failed('ProvisionCallFailed', 'not open to client-ns')]));
    const { err, exitCode } = await runPlugin(['bind', 'x'], kube);
    expect(err).toMatch(
      /^error: instance 'x' failed: not open to client-ns; .*kubectl mesitis deprovision x/,
    );
    expect(exitCode).toBe(1);
    expect(kube.objects()).toHaveLength(1);
  });

  test('does not send to a binding that is being deleted', async () => {
    const kube = cluster();
    const going = binding();
    kube.seed({ ...going, metadata: { ...going.metadata, finalizers: ['x/y'] } });
    await kube.remove(refOf(going));
    const { err, exitCode } = await runPlugin(['bind', 'api-service'], kube);
    expect(err).toMatch(/^error: binding 'api-service' is still being deleted: try again when it is gone/);
    expect(exitCode).toBe(1);
  });

  test('refuses a name that is taken', async () => {
    const kube = cluster();
    kube.seed(binding('api-service', 'other'));
    const { err, exitCode } = await runPlugin(['bind', 'api-service'], kube);
    expect(err).toMatch(
      /^error: binding 'api-service' already exists in namespace client-ns \(of instance 'other'\)/,
    );
    expect(exitCode).toBe(1);
  });
});
