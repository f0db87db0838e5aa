import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '@mesitis/kube';
import { API_VERSION } from '../model/kinds.js';
import { asBinding } from '../model/objects.js';
import { sweep } from '../testing/crash-sweep.js';
import type { Flow } from '../testing/crash-sweep.js';
import { Harness, isReady, NAMESPACE } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';

let harness: Harness;

beforeEach(async () => {
  const text = JSON.stringify(catalogOf('db', 'small'));
  const flagged = text
    .replace('"bindable":true', '"bindable":true,"bindings_retrievable":true')
    .replace('"name":"small"', '"name":"small","binding_rotatable":true');
  harness = await Harness.start(JSON.parse(flagged) as JsonObject);
  const setUp = await harness.controller();
  await harness.register();
  await harness.create('ServiceInstance', 'mine', { clusterServiceClassExternalName: 'db' });
  await harness.until('ServiceInstance', 'mine', isReady);
  await setUp.stop();
});

afterEach(async () => {
  await harness.stop();
});

async function create(name: string): Promise<void> {
  await harness.create('ServiceBinding', name, { instanceRef: { name: 'mine' }, externalID: name });
}

async function createReady(name: string): Promise<void> {
  await create(name);
  await harness.until('ServiceBinding', name, isReady);
}

/** Ready, and with its Secret; the broker has what the bindings in use stand for, and nothing else. */
async function delivered(name: string): Promise<void> {
  await harness.until('Secret', name, (secret) => (secret['data'] as JsonObject)['uri'] === URI);
  await harness.until('ServiceBinding', name, isReady);
  await expectNoOrphans();
}

async function expectNoOrphans(): Promise<void> {
  const { items } = await harness.kube.list({
    apiVersion: API_VERSION,
    kind: 'ServiceBinding',
    namespace: NAMESPACE,
  });
  const inUse = items.map(asBinding).map(({ spec, status }) => status?.currentBindingID ?? spec.externalID);
  expect([...harness.broker.bindings].sort()).toEqual(inUse.sort());
}

/** New credentials are delivered, and the old ones have ended. */
async function rotated(name: string): Promise<void> {
  await harness.until('ServiceBinding', name, (stored) => {
    const { status } = asBinding(stored);
    const isOver = status?.successor === undefined && status?.predecessors === undefined;
    return isOver && status?.currentBindingID !== undefined && isReady(stored);
  });
  await delivered(name);
}

const rotate = (name: string): Promise<void> =>
  patch('ServiceBinding', name, {
    metadata: { annotations: { 'mesitis/rotate': '1', 'mesitis/rotation-overlap': '5s' } },
  });

const URI = Buffer.from('http://svc.example:80').toString('base64');

async function gone(name: string): Promise<void> {
  await harness.untilGone('ServiceBinding', name);
  expect(await harness.get('Secret', name)).toBeUndefined();
  await expectNoOrphans();
}

async function abandoned(name: string): Promise<void> {
  await harness.untilGone('ServiceBinding', name);
  expect(await harness.get('Secret', name)).toBeUndefined();
}

const remove = (name: string): Promise<unknown> => harness.remove('ServiceBinding', name);

async function patch(kind: string, name: string, body: JsonObject): Promise<void> {
  const apiVersion = kind === 'Secret' ? 'v1' : API_VERSION;
  await harness.kube.patch({ apiVersion, kind, namespace: NAMESPACE, name }, { type: 'merge', body });
}

/** The broker takes its time over that request, once, and succeeds. */
function takesTime(method: string, name: string): void {
  harness.broker.script(method, new RegExp(`/${name}$`), LATER);
}

const LATER = { status: 202, body: { operation: 'op' }, done: true } as const;
const OPEN_END = { status: 500, body: {}, done: true } as const;

const FLOWS: Record<string, Flow> = {
  'an asynchronous bind': {
    steps: 7,
    act: async (name) => {
      takesTime('PUT', name);
      await create(name);
    },
    end: delivered,
  },
  'an orphan mitigation': {
    steps: 10,
    act: async (name) => {
      harness.broker.script('PUT', new RegExp(`/${name}$`), OPEN_END);
      takesTime('DELETE', name);
      await create(name);
    },
    end: delivered,
  },
  'the repair of a Secret that is deleted': {
    steps: 4,
    prepare: createReady,
    act: (name) => harness.remove('Secret', name),
    end: delivered,
  },
  'the repair of a Secret that is edited, by another bind': {
    steps: 7,
    prepare: createReady,
    act: async (name) => {
      const silent = { status: 501, body: {} };
      harness.broker.script('GET', new RegExp(`/${name}$`), silent);
      await patch('Secret', name, { data: { uri: 'b3RoZXI=' } });
    },
    end: delivered,
  },
  'an asynchronous unbind': {
    steps: 5,
    prepare: createReady,
    act: async (name) => {
      takesTime('DELETE', name);
      await remove(name);
    },
    end: gone,
  },
  'an abandonment': {
    steps: 2,
    prepare: createReady,
    act: async (name) => {
      await patch('ServiceBinding', name, { metadata: { annotations: { 'mesitis/abandon': 'over' } } });
      await remove(name);
    },
    end: abandoned,
  },
  'a rotation': {
    steps: 6,
    prepare: createReady,
    act: rotate,
    end: rotated,
  },
  'a rotation that has an open end, then takes its time': {
    steps: 14,
    prepare: createReady,
    act: async (name) => {
      const successor = /service_bindings\/id-\d+$/;
      harness.broker.script('PUT', successor, OPEN_END, LATER);
      takesTime('DELETE', name);
      await rotate(name);
    },
    end: rotated,
  },
  'a deletion soon after a rotation': {
    steps: 6,
    prepare: async (name) => {
      await createReady(name);
      await patch('ServiceBinding', name, { metadata: { annotations: { 'mesitis/rotate': '1' } } });
      await harness.until(
        'ServiceBinding',
        name,
        (stored) => asBinding(stored).status?.currentBindingID !== undefined,
      );
    },
    act: remove,
    end: gone,
  },
};

describe('a controller that is killed, before or after any step, leaves no binding that its successor does not end well', () => {
  test.each(
    Object.entries(FLOWS).flatMap(([name, flow]) => [
      [name, 'before', flow] as const,
      [name, 'after', flow] as const,
    ]),
  )('in %s, killed %s', async (_name, when, flow) => {
    expect(await sweep(harness, flow, when)).toBeGreaterThan(flow.steps);
  });
});
