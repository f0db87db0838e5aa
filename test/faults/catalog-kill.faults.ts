import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject, ObjectRef } from '@mesitis/kube';
import { pick, renderChart } from '../cluster/chart.js';
import { serverSpecOf } from '../cluster/deployment.js';
import { GrantingBroker } from '../cluster/granting-broker.js';
import { install } from '../cluster/installation.js';
import { endpointOf } from '../cluster/kubeconfig.js';
import { kubectlFor } from '../cluster/kubectl.js';
import { startServer, type Server } from '../cluster/server.js';
import { until } from '../cluster/wait.js';
import { startApiServerProxy, type ApiServerProxy } from './api-server-proxy.js';
import { STAGE_MS, raiseStage, type Stage } from './stage.js';
import { Standstill, type When } from './standstill.js';

const TEST_MS = 60_000;
const SYSTEM = 'mesitis-system';
const NAMESPACE = 'default';
const API_VERSION = 'servicecatalog.k8s.io/v1beta1';

/** What may be interrupted, and what has to come of it. */
interface Story {
  name: string;
  /** How often the instance is written at least. */
  writes: number;
  before: (name: string) => Promise<unknown>;
  act: (name: string) => Promise<unknown>;
  isDone: (stored: KubeObject | undefined) => boolean;
}

describe('the catalog, killed at every write of an instance', () => {
  let stage: Stage;
  let proxy: ApiServerProxy;
  let catalog: Server;
  const broker = new GrantingBroker();

  beforeAll(async () => {
    stage = await raiseStage();
    const { cluster, kube } = stage;
    const kubectl = await kubectlFor(cluster);
    const endpoint = endpointOf(await kubectl.must(['config', 'view', '--minify', '--flatten', '--raw']));
    proxy = await startApiServerProxy({ endpoint });
    const objects = await renderChart({
      chart: 'mesitis-platform',
      name: 'mesitis',
      namespace: SYSTEM,
      // The process below stands in for the Pods.
      values: { webhook: { replicas: 0 }, catalog: { replicas: 0 } },
    });
    const kept = objects.filter(({ kind }) => !kind.endsWith('WebhookConfiguration'));
    await install(cluster, kubectl, [SYSTEM], kept);
    catalog = await startServer(
      cluster,
      kubectl,
      serverSpecOf(pick(objects, 'Deployment', 'mesitis-catalog')),
      {
        apiServer: proxy.url,
        environment: { NODE_COMPILE_CACHE: join(cluster.directory, 'compile-cache') },
      },
    );
    const url = await broker.listen();
    await kube.create({
      apiVersion: API_VERSION,
      kind: 'ClusterServiceBroker',
      metadata: { name: 'broker' },
      spec: { url },
    });
  }, STAGE_MS);

  afterAll(async () => {
    await catalog.stop();
    await proxy.close();
    broker.close();
    await stage.close();
  }, STAGE_MS);

  const refTo = (name: string): ObjectRef => ({
    apiVersion: API_VERSION,
    kind: 'ServiceInstance',
    namespace: NAMESPACE,
    name,
  });

  const create = (name: string): Promise<unknown> =>
    stage.kube.create({
      apiVersion: API_VERSION,
      kind: 'ServiceInstance',
      metadata: { name, namespace: NAMESPACE },
      spec: {
        clusterServiceClassExternalName: 'db',
        clusterServicePlanExternalName: 'small',
        externalID: name,
      },
    });

  async function settled(name: string, isDone: Story['isDone']): Promise<void> {
    await until({ what: `instance ${name}`, timeoutMs: 30_000 }, async () =>
      isDone(await stage.kube.get(refTo(name))) ? true : undefined,
    );
  }

  const readyWith =
    (plan: string) =>
    (stored: KubeObject | undefined): boolean => {
      const status = (stored?.['status'] ?? {}) as {
        conditions?: JsonObject[];
        externalProperties?: JsonObject;
      };
      const ready = status.conditions?.some(
        ({ type, status: value }) => type === 'Ready' && value === 'True',
      );
      return ready === true && status.externalProperties?.['clusterServicePlanExternalName'] === plan;
    };

  const createReady = async (name: string): Promise<void> => {
    await create(name);
    await settled(name, readyWith('small'));
  };

  const STORIES: Story[] = [
    {
      name: 'a provision',
      writes: 3,
      before: () => Promise.resolve(),
      act: create,
      isDone: readyWith('small'),
    },
    {
      name: 'a change of plan',
      writes: 3,
      before: createReady,
      act: (name) =>
        stage.kube.patch(refTo(name), {
          type: 'merge',
          body: { spec: { clusterServicePlanExternalName: 'large' } },
        }),
      isDone: readyWith('large'),
    },
    {
      name: 'a deprovision',
      writes: 2,
      before: createReady,
      act: (name) => stage.kube.remove(refTo(name)),
      isDone: (stored) => stored === undefined,
    },
  ];

  test.each(STORIES.flatMap((story) => (['before', 'after'] as const).map((when) => ({ story, when }))))(
    'finishes $story.name, killed $when each',
    async ({ story, when }: { story: Story; when: When }) => {
      // As many instances as there are writes, each interrupted at its own, by one kill.
      const names = Array.from(
        { length: story.writes },
        (_, index) => `${story.name.replaceAll(' ', '-')}-${when}-${index}`,
      );
      await Promise.all(names.map((name) => story.before(name)));
      let back = Promise.resolve();
      const standstill = new Standstill({
        points: new Map(names.map((name, index) => [name, index + 1])),
        when,
        onStandstill: async () => {
          const killed = catalog.kill();
          back = killed.then(() => catalog.start());
          await killed;
        },
      });
      proxy.decide = (call) => {
        const [, instance] = /\/serviceinstances\/([^/?]+)/.exec(call.path) ?? [];
        return standstill.decide({ ...call, ...(instance === undefined ? {} : { instance }) });
      };
      await Promise.all(
        names.map(async (name) => {
          await story.act(name);
          await settled(name, story.isDone);
          standstill.finish(name);
        }),
      );
      await back;
      expect(standstill.held.size).toBe(story.writes);
      expect(names.filter((name) => broker.instances.has(name))).toEqual(
        story.name === 'a deprovision' ? [] : names,
      );
    },
    TEST_MS,
  );
});
