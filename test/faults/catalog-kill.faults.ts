import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import {
  API_VERSION,
  NAMESPACE,
  instance,
  isReady,
  object,
  raiseCatalogStage,
  refTo,
  settled,
  type CatalogStage,
} from './catalog-stage.js';
import { STAGE_MS } from './stage.js';
import { Standstill, type When } from './standstill.js';

const TEST_MS = 60_000;

/** The instance that the bindings are of. */
const HOST = 'host';

/** What may be interrupted, and what has to come of it. */
interface Story {
  name: string;
  kind: 'ServiceInstance' | 'ServiceBinding';
  /** How often the object, or its Secret, is written at least. */
  writes: number;
  before: (name: string) => Promise<unknown>;
  act: (name: string) => Promise<unknown>;
  isDone: (stored: KubeObject | undefined) => boolean;
}

describe('the catalog, killed at every write of an instance and of a binding', () => {
  let stage: CatalogStage;

  beforeAll(async () => {
    stage = await raiseCatalogStage();
    await stage.kube.create(instance(HOST));
    await settled(stage, { kind: 'ServiceInstance', name: HOST }, isReady);
  }, STAGE_MS);

  afterAll(() => stage.close(), STAGE_MS);

  const statusOf = (stored: KubeObject | undefined): JsonObject => (stored?.['status'] ?? {}) as JsonObject;

  const readyWith =
    (plan: string) =>
    (stored: KubeObject | undefined): boolean => {
      const properties = statusOf(stored)['externalProperties'] as JsonObject | undefined;
      return isReady(stored) && properties?.['clusterServicePlanExternalName'] === plan;
    };

  const provision = (name: string): Promise<unknown> => stage.kube.create(instance(name));
  const bind = (name: string): Promise<unknown> =>
    stage.kube.create(object('ServiceBinding', name, { instanceRef: { name: HOST }, externalID: name }));
  const remove =
    (kind: string) =>
    (name: string): Promise<unknown> =>
      stage.kube.remove(refTo(kind, name));
  const patch =
    (kind: string, body: JsonObject) =>
    (name: string): Promise<unknown> =>
      stage.kube.patch(refTo(kind, name), { type: 'merge', body });

  const isRotated = (stored: KubeObject | undefined): boolean => {
    const { currentBindingID, predecessors } = statusOf(stored);
    return isReady(stored) && currentBindingID !== undefined && predecessors === undefined;
  };

  async function provisioned(name: string): Promise<void> {
    await provision(name);
    await settled(stage, { kind: 'ServiceInstance', name }, isReady);
  }

  async function bound(name: string): Promise<void> {
    await bind(name);
    await settled(stage, { kind: 'ServiceBinding', name }, isReady);
  }

  const STORIES: Story[] = [
    {
      name: 'provision',
      kind: 'ServiceInstance',
      writes: 3,
      before: () => Promise.resolve(),
      act: provision,
      isDone: readyWith('small'),
    },
    {
      name: 'change-of-plan',
      kind: 'ServiceInstance',
      writes: 3,
      before: provisioned,
      act: patch('ServiceInstance', { spec: { clusterServicePlanExternalName: 'large' } }),
      isDone: readyWith('large'),
    },
    {
      name: 'deprovision',
      kind: 'ServiceInstance',
      writes: 2,
      before: provisioned,
      act: remove('ServiceInstance'),
      isDone: (stored) => stored === undefined,
    },
    {
      name: 'bind',
      kind: 'ServiceBinding',
      writes: 4,
      before: () => Promise.resolve(),
      act: bind,
      isDone: isReady,
    },
    {
      name: 'unbind',
      kind: 'ServiceBinding',
      writes: 3,
      before: bound,
      act: remove('ServiceBinding'),
      isDone: (stored) => stored === undefined,
    },
    {
      name: 'rotation',
      kind: 'ServiceBinding',
      writes: 4,
      before: bound,
      act: patch('ServiceBinding', {
        metadata: { annotations: { 'mesitis/rotate': '1', 'mesitis/rotation-overlap': '0s' } },
      }),
      isDone: isRotated,
    },
  ];

  /** The ids that the broker should know: of what is stored, and of nothing else. */
  async function idsInUse(): Promise<unknown[]> {
    const list = async (kind: string): Promise<KubeObject[]> =>
      (await stage.kube.list({ apiVersion: API_VERSION, kind, namespace: NAMESPACE })).items;
    const stored = [...(await list('ServiceInstance')), ...(await list('ServiceBinding'))];
    const idOf = (one: KubeObject): unknown =>
      statusOf(one)['currentBindingID'] ?? (one['spec'] as JsonObject)['externalID'];
    return stored.map(idOf).sort();
  }

  async function secretsOfBindings(): Promise<unknown[]> {
    const { items } = await stage.kube.list({ apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACE });
    return items.filter(({ type }) => type === 'Opaque').map(({ metadata }) => metadata.name);
  }

  test.each<When>(['before', 'after'])(
    'finishes whatever it was at, killed %s each, and leaves nothing behind',
    async (when) => {
      // As many objects as there are writes, each interrupted at its own, all by one kill.
      const objects = STORIES.flatMap((story) =>
        Array.from({ length: story.writes }, (_, index) => ({
          story,
          name: `${story.name}-${when}-${index}`,
          point: index + 1,
        })),
      );
      await Promise.all(objects.map(({ story, name }) => story.before(name)));
      let back = Promise.resolve();
      const standstill = new Standstill({
        points: new Map(objects.map(({ name, point }) => [name, point])),
        when,
        onStandstill: async () => {
          const killed = stage.catalog.kill();
          back = killed.then(() => stage.catalog.start());
          await killed;
        },
      });
      // A binding's Secret has its name.
      stage.proxy.decide = (call) => standstill.decide({ ...call, instance: call.name });
      await Promise.all(
        objects.map(async ({ story, name }) => {
          await story.act(name);
          await settled(stage, { kind: story.kind, name }, story.isDone);
          standstill.finish(name);
        }),
      );
      await back;
      expect([...standstill.held].sort()).toEqual(objects.map(({ name }) => name).sort());
      expect([...stage.broker.instances].sort()).toEqual(await idsInUse());
      const bindings = await stage.kube.list({
        apiVersion: API_VERSION,
        kind: 'ServiceBinding',
        namespace: NAMESPACE,
      });
      expect(await secretsOfBindings()).toEqual(bindings.items.map(({ metadata }) => metadata.name));
    },
    TEST_MS,
  );
});
