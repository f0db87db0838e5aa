import { describe, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { clusterOffering, clusterPlan, failed, instance, ready } from '../testing/objects.js';
import { runPlugin, withPlatform } from '../testing/run-plugin.js';

const READY = ready('True', 'ProvisionedSuccessfully');
const UPDATED = ready('True', 'InstanceUpdatedSuccessfully');

/** An instance of the first plan, in the spelling of `spec`, as the platform has resolved it. */
const resolved = (spec: JsonObject = {}, status: JsonObject = {}): KubeObject => ({
  ...instance(),
  spec: {
    clusterServiceClassExternalName: 'api-api-service',
    clusterServicePlanExternalName: 'api-api-service-1',
    clusterServicePlanRef: { name: 'plan-api-api-service-1' },
    ...spec,
  },
  status: { conditions: [READY], ...status },
});
const offering = (maintenanceVersion?: string): KubeObject[] => {
  const [serviceClass, plan] = clusterOffering();
  if (serviceClass === undefined || plan === undefined) throw new Error('the fixture has no plan');
  const maintenanceInfo = maintenanceVersion === undefined ? undefined : { version: maintenanceVersion };
  const spec = {
    ...(plan['spec'] as JsonObject),
    ...(maintenanceInfo === undefined ? {} : { maintenanceInfo }),
  };
  return [
    serviceClass,
    { ...plan, spec },
    clusterPlan({ version: '10' }),
    clusterPlan({ version: '11', whitelist: ['x'] }),
  ];
};
const clusterOf = (object: KubeObject, maintenanceVersion?: string): MemoryKube => {
  const kube = new MemoryKube();
  kube.seed(...offering(maintenanceVersion), object);
  return kube;
};
const stored = (kube: MemoryKube): KubeObject | undefined =>
  kube.objects().find(({ kind }) => kind === 'ServiceInstance');

describe('kubectl mesitis upgrade', () => {
  test('takes the version that the plan offers, and ends when the broker took it', async () => {
    const kube = clusterOf(
      resolved({}, { externalProperties: { maintenanceInfo: { version: '1.0.0' } } }),
      '2.0.0',
    );
    const platform = withPlatform(kube, {
      onPatch: () => [
        { conditions: [ready('False', 'UpdateInstanceRequestInFlight', 'asked')] },
        { conditions: [UPDATED], externalProperties: { maintenanceInfo: { version: '2.0.0' } } },
      ],
    });
    expect(await runPlugin(['upgrade', 'api-service'], platform)).toMatchObject({
      out: "instance 'api-service' has version 2.0.0\n",
      exitCode: 0,
    });
    expect(stored(kube)?.metadata.annotations).toEqual({ 'mesitis/upgrade': '2.0.0' });
  });

  test('changes to the plan that is named, and ends when the broker took it', async () => {
    const kube = clusterOf(resolved());
    const platform = withPlatform(kube, {
      onPatch: () => [
        {
          conditions: [UPDATED],
          externalProperties: { clusterServicePlanExternalName: 'api-api-service-10' },
        },
      ],
    });
    expect(await runPlugin(['upgrade', 'api-service', '--to', '10'], platform)).toMatchObject({
      out: "instance 'api-service' has api-api-service:10\n",
      exitCode: 0,
    });
    expect(stored(kube)?.['spec']).toMatchObject({ clusterServicePlanExternalName: 'api-api-service-10' });
  });

  test.each<[JsonObject, JsonObject]>([
    [
      { clusterServicePlanExternalName: null, clusterServicePlanName: 'plan-api-api-service-1' },
      { clusterServicePlanName: 'plan-api-api-service-10' },
    ],
    [{}, { clusterServicePlanExternalName: 'api-api-service-10' }],
  ])('names the plan as %j does', async (spec, expected) => {
    const kube = clusterOf(resolved(spec));
    const { out } = await runPlugin(['upgrade', 'api-service', '--to', '10', '--no-wait'], kube);
    expect(out).toBe("instance 'api-service' is to have api-api-service:10\n");
    expect(stored(kube)?.['spec']).toMatchObject(expected);
  });

  test("ends with the broker's words when it refuses for good", async () => {
    const platform = withPlatform(clusterOf(resolved()), {
      onPatch: () => [{ conditions: [failed('UpdateInstanceCallFailed', 'too small')] }],
    });
    const { err, exitCode } = await runPlugin(['upgrade', 'api-service', '--to', '10'], platform);
    expect(err).toContain("error: instance 'api-service' failed: too small; the instance is as it was;");
    expect(exitCode).toBe(1);
  });

  test.each([
    [[], "error: instance 'api-service' has api-api-service:1, and there is 10: choose one with --to\n", 1],
    [
      ['--to', '11'],
      "error: offering 'api-api-service' has no plan or version '11' for this namespace: choose 10\n",
      1,
    ],
    [['--to', '1'], '', 0],
  ])('changes nothing with %j', async (words, message, exitCode) => {
    const kube = clusterOf(resolved());
    const before = stored(kube);
    const result = await runPlugin(['upgrade', 'api-service', ...words], kube);
    expect([result.err, result.exitCode]).toEqual([message, exitCode]);
    expect(stored(kube)).toEqual(before);
  });

  test('says that there is nothing newer', async () => {
    const kube = clusterOf(
      resolved({}, { externalProperties: { maintenanceInfo: { version: '2.0.0' } } }),
      '2.0.0',
    );
    const { out } = await runPlugin(['upgrade', 'api-service'], kube);
    expect(out).toBe("instance 'api-service' has that version already\n");
  });

  test('refuses where the offering allows no change, or the plan was withdrawn', async () => {
    const kube = clusterOf(resolved());
    await kube.patch(
      {
        apiVersion: 'servicecatalog.k8s.io/v1beta1',
        kind: 'ClusterServiceClass',
        name: 'class-api-api-service',
      },
      { type: 'merge', body: { spec: { planUpdatable: false } } },
    );
    const argv = ['upgrade', 'api-service', '--to', '10'];
    expect((await runPlugin(argv, kube)).err).toBe(
      "error: offering 'api-api-service' does not allow a change of plan: provision api-api-service:10 anew\n",
    );
    const gone = clusterOf(resolved({ clusterServicePlanRef: { name: 'gone' } }));
    expect((await runPlugin(argv, gone)).err).toContain('is not in the catalog of this namespace');
  });
});
