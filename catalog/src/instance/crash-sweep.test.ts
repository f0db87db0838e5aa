import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { API_VERSION } from '../model/kinds.js';
import { sweep } from '../testing/crash-sweep.js';
import type { Flow } from '../testing/crash-sweep.js';
import { condition, Harness, isReady, NAMESPACE } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';

const SPEC = { clusterServiceClassExternalName: 'db', clusterServicePlanExternalName: 'small' };

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start(catalogOf('db', 'small', 'large'));
});

afterEach(async () => {
  await harness.stop();
});

async function create(name: string): Promise<void> {
  await harness.create('ServiceInstance', name, { ...SPEC, externalID: name });
}

async function createReady(name: string): Promise<void> {
  await create(name);
  await ready(name);
}

const ready = (name: string): Promise<unknown> => harness.until('ServiceInstance', name, isReady);
const gone = (name: string): Promise<unknown> => harness.untilGone('ServiceInstance', name);
const remove = (name: string): Promise<unknown> => harness.remove('ServiceInstance', name);

async function patch(name: string, body: JsonObject): Promise<void> {
  const ref = { apiVersion: API_VERSION, kind: 'ServiceInstance', namespace: NAMESPACE, name };
  await harness.kube.patch(ref, { type: 'merge', body });
}

function updated(name: string, properties: JsonObject): Promise<unknown> {
  const isUpdated = (stored: KubeObject): boolean => {
    const status = stored['status'] as { externalProperties?: JsonObject } | undefined;
    return (
      condition(stored)?.reason === 'InstanceUpdatedSuccessfully' &&
      Object.entries(properties).every(
        ([field, value]) => JSON.stringify(status?.externalProperties?.[field]) === JSON.stringify(value),
      )
    );
  };
  return harness.until('ServiceInstance', name, isUpdated);
}

/** The broker takes its time over that request, once, and has always succeeded when asked. */
function takesTime(method: string, name: string): void {
  harness.broker.script(method, new RegExp(`/${name}$`), { status: 202, body: { operation: 'op' } });
  const done = { status: 200, body: { state: 'succeeded' } };
  harness.broker.script('GET', new RegExp(`/${name}/last_operation$`), ...Array<typeof done>(20).fill(done));
}

const FLOWS: Record<string, Flow> = {
  'an asynchronous provision': {
    steps: 5,
    act: async (name) => {
      takesTime('PUT', name);
      await create(name);
    },
    end: ready,
  },
  'an update': {
    steps: 3,
    prepare: createReady,
    act: (name) => patch(name, { spec: { parameters: { size: 2 } } }),
    end: (name) => updated(name, { parameters: { size: 2 } }),
  },
  'a change of plan': {
    steps: 4,
    prepare: createReady,
    act: async (name) => {
      takesTime('PATCH', name);
      await patch(name, { spec: { clusterServicePlanExternalName: 'large' } });
    },
    end: (name) => updated(name, { clusterServicePlanExternalID: 'db-large-id' }),
  },
  'an orphan mitigation': {
    steps: 7,
    act: async (name) => {
      harness.broker.script('PUT', new RegExp(`/${name}$`), { status: 500, body: {} });
      takesTime('DELETE', name);
      await create(name);
    },
    end: ready,
  },
  'an asynchronous deprovision': {
    steps: 4,
    prepare: createReady,
    act: async (name) => {
      takesTime('DELETE', name);
      await remove(name);
    },
    end: gone,
  },
  'a deletion that takes the binding along': {
    steps: 7,
    prepare: async (name) => {
      await createReady(name);
      await harness.create('ServiceBinding', name, { instanceRef: { name } });
      await harness.until('ServiceBinding', name, isReady);
    },
    act: remove,
    end: gone,
  },
  'an abandonment': {
    steps: 1,
    prepare: createReady,
    act: async (name) => {
      await patch(name, { metadata: { annotations: { 'mesitis/abandon': 'over' } } });
      await remove(name);
    },
    end: gone,
  },
};

describe('a controller that is killed, before or after any step, leaves nothing that its successor does not end well', () => {
  test.each(
    Object.entries(FLOWS).flatMap(([name, flow]) => [
      [name, 'before', flow] as const,
      [name, 'after', flow] as const,
    ]),
  )('in %s, killed %s', async (_name, when, flow) => {
    harness.features = { cascadingDeletion: true };
    const setUp = await harness.controller();
    await harness.register();
    await setUp.stop();
    expect(await sweep(harness, flow, when)).toBeGreaterThan(flow.steps);
  });
});
