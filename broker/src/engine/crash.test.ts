import { afterEach, describe, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import type { InstanceRecord } from '../store/instance-record.js';
import { MemoryInstanceStore } from '../store/memory-instance-store.js';
import { CrashPoint } from '../testing/crash-point.js';
import { bindBody, objectsEntry, provisionBody, wrapped } from '../testing/fixtures.js';
import type { TestAnswer, TestBroker } from '../testing/test-broker.js';
import { madeObjects, startTestBroker } from '../testing/test-broker.js';

/**
 * The first broker renews nothing while the test runs, so that its writes can be counted, and has no long timers that
 * would outlive it; the second takes over soon.
 */
const FIRST = { leaseMs: 60_000, syncBudgetMs: 200, patienceMs: 300 };
const SECOND = { leaseMs: 40 };
/** What one step may take; many brokers share the processor. */
const LIMIT_MS = 10_000;
const INSTANCE = '/v2/service_instances/i';
const BINDING = `${INSTANCE}/service_bindings/b`;
const PROVISION = { ...provisionBody('db'), plan_id: 'db-1' };
const IDS = 'service_id=db-id&plan_id=db-1&accepts_incomplete=true';

/** What is there of each plan. The ConfigMap differs between them, and each has an object that the other lacks. */
const OBJECTS = {
  'db-1': ['ConfigMap api-ns/first', 'ConfigMap api-ns/settings', 'Secret api-ns/key', 'Service api-ns/db'],
  'db-2': ['ConfigMap api-ns/second', 'ConfigMap api-ns/settings', 'Secret api-ns/key', 'Service api-ns/db'],
};

type Plan = keyof typeof OBJECTS;

/** An offering of four objects in three orders with a generated password, in two versions. */
function offering(waits: boolean): KubeObject[] {
  const entry = (version: string): KubeObject =>
    objectsEntry(`db-${version}`, {
      offering: 'db',
      version,
      uuid: `db-${version}`,
      serviceuuid: 'db-id',
      provisiondata: { namespace: 'api-ns', name: 'db', labelSelector: `for-${version}` },
      credentialdata: { password: '${generate.instancePassword(16)}', own: '${generate.password(16)}' },
      ...(waits ? { readiness: { wait: true, timeoutseconds: 5 } } : {}),
    });
  const object = (
    order: number,
    fields: { kind: string; name: string; label?: string; [field: string]: unknown },
    ...versions: string[]
  ): KubeObject => {
    const { kind, name, label = name, ...rest } = fields;
    const configMap = wrapped({ kind, name }, 'db', order);
    const labels = Object.fromEntries(versions.map((version) => [`for-${version}`, '']));
    const payload: JsonObject = { apiVersion: 'v1', kind, metadata: { name }, ...(rest as JsonObject) };
    return {
      ...configMap,
      metadata: {
        ...configMap.metadata,
        name: `wrapped-${label}`,
        labels: { ...configMap.metadata.labels, ...labels },
      },
      data: { 'wrapped-resource': JSON.stringify(payload) },
    };
  };
  const settings = (version: string): KubeObject =>
    object(
      1,
      { kind: 'ConfigMap', name: 'settings', label: `settings-${version}`, data: { version } },
      version,
    );
  return [
    entry('1'),
    entry('2'),
    settings('1'),
    settings('2'),
    object(2, { kind: 'Secret', name: 'key', stringData: { key: '${generate.password(16)}' } }, '1', '2'),
    object(2, { kind: 'Service', name: 'db', spec: { ports: [{ port: 80 }] } }, '1', '2'),
    object(3, { kind: 'ConfigMap', name: 'first' }, '1'),
    object(1.5, { kind: 'ConfigMap', name: 'second' }, '2'),
  ];
}

async function eventually<Value>(attempt: () => Promise<Value | undefined>): Promise<Value> {
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    const value = await attempt();
    if (value !== undefined) return value;
    if (performance.now() > end) throw new Error('did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** One cluster and one store, a broker that may die, its successor, and the platform that speaks to both. */
class World {
  readonly kube = new MemoryKube();
  readonly store = new MemoryInstanceStore();
  readonly #crash: CrashPoint;
  #broker: TestBroker | undefined;
  #isSucceeded = false;

  constructor(crash: CrashPoint, waits: boolean) {
    this.#crash = crash;
    this.kube.seed(...offering(waits));
  }

  /** The answer, asked for again and again where a broker dies instead of giving it. */
  async send(method: string, path: string, body?: unknown): Promise<TestAnswer> {
    const options = { kube: this.kube, store: this.store };
    this.#broker ??= await startTestBroker({ ...options, times: FIRST, crash: this.#crash });
    const asked = this.#broker.send(method, path, body);
    if (this.#isSucceeded) return asked;
    const answer = await Promise.race([asked.catch(() => undefined), this.#crash.happened]);
    if (answer !== undefined) return answer;
    this.#isSucceeded = true;
    // The dead never finish what they do, so nobody waits for that; only its port is closed.
    void this.#broker.stop();
    this.#broker = await startTestBroker({ ...options, times: SECOND });
    return this.send(method, path, body);
  }

  /** Repeats a request as Service Catalog does, until it is answered for good, and polls where it has to. */
  async settle(method: string, path: string, body?: unknown): Promise<number> {
    const answer = await eventually(async () => {
      const latest = await this.send(method, path, body);
      return latest.status === 422 ? undefined : latest;
    });
    if (answer.status !== 202) return answer.status;
    const { operation } = answer.body as { operation: string };
    return eventually(async () => {
      const polled = await this.send('GET', `${INSTANCE}/last_operation?operation=${operation}`);
      if (polled.status !== 200) return polled.status;
      const { state } = polled.body as { state: string };
      return state === 'in progress' ? undefined : state === 'succeeded' ? 200 : 500;
    });
  }

  async provision(): Promise<number> {
    return this.settle('PUT', `${INSTANCE}?accepts_incomplete=true`, PROVISION);
  }

  /** Asks once, and does not care for the answer. */
  async requestProvision(): Promise<void> {
    await this.send('PUT', `${INSTANCE}?accepts_incomplete=true`, PROVISION);
  }

  async update(): Promise<number> {
    const body = { service_id: 'db-id', plan_id: 'db-2' };
    return this.settle('PATCH', `${INSTANCE}?accepts_incomplete=true`, body);
  }

  /** The credentials. */
  async bind(): Promise<JsonObject> {
    const answer = await this.send('PUT', BINDING, { ...bindBody('db'), plan_id: 'db-1' });
    expect(IS_THERE).toContain(answer.status);
    return (answer.body as { credentials: JsonObject }).credentials;
  }

  async unbind(): Promise<number> {
    return this.settle('DELETE', `${BINDING}?${IDS}`);
  }

  async deprovision(): Promise<number> {
    return this.settle('DELETE', `${INSTANCE}?${IDS}`);
  }

  /** The value that was generated for the instance's Secret. */
  key(): unknown {
    const secret = this.kube.objects().find(({ kind }) => kind === 'Secret');
    return (secret?.['data'] as JsonObject | undefined)?.['key'];
  }

  async record(): Promise<InstanceRecord | undefined> {
    return (await this.store.get('i'))?.record;
  }

  async expectWhole(plan: Plan): Promise<void> {
    expect(madeObjects(this.kube).toSorted()).toEqual(OBJECTS[plan].toSorted());
    const settings = this.kube.objects().find(({ metadata }) => metadata.name === 'settings');
    expect(settings?.['data']).toEqual({ version: plan.slice(-1) });
    const record = await this.record();
    expect(record).toMatchObject({ state: 'ready', attributes: { planId: plan } });
    expect(record?.operation.holder).toBeUndefined();
    expect(record?.leftovers).toBeUndefined();
    expect(record?.target).toBeUndefined();
  }

  async expectNothing(): Promise<void> {
    expect(madeObjects(this.kube)).toEqual([]);
    expect(await this.record()).toBeUndefined();
  }

  async stop(): Promise<void> {
    await this.#broker?.stop();
  }
}

interface Story {
  name: string;
  /** How often it writes at least, lest the test kills nothing. */
  writes: number;
  before: (world: World) => Promise<unknown>;
  /** What is interrupted. */
  act: (world: World) => Promise<unknown>;
  /** What must be true of the world then. */
  verify: (world: World, acted: unknown) => Promise<void>;
}

const IS_THERE = [200, 201];
const IS_GONE = [200, 410];

const STORIES: readonly Story[] = [
  {
    name: 'provision',
    writes: 6,
    before: async () => Promise.resolve(),
    act: async (world) => world.provision(),
    async verify(world, acted) {
      expect(IS_THERE).toContain(acted);
      await world.expectWhole('db-1');
    },
  },
  {
    name: 'a provision that the platform gives up',
    writes: 6,
    before: async () => Promise.resolve(),
    act: async (world) => world.requestProvision(),
    async verify(world) {
      expect(IS_GONE).toContain(await world.deprovision());
      await world.expectNothing();
      expect(IS_THERE).toContain(await world.provision());
      await world.expectWhole('db-1');
    },
  },
  {
    name: 'update',
    writes: 5,
    before: async (world) => world.provision(),
    act: async (world) => world.update(),
    async verify(world, acted) {
      expect(acted).toBe(200);
      await world.expectWhole('db-2');
    },
  },
  {
    name: 'bind',
    writes: 1,
    before: async (world) => world.provision(),
    act: async (world) => world.bind(),
    async verify(world, acted) {
      // A repetition delivers the same.
      expect(await world.bind()).toEqual(acted);
      expect((await world.record())?.bindings).toHaveLength(1);
      await world.expectWhole('db-1');
    },
  },
  {
    name: 'unbind',
    writes: 1,
    before: async (world) => world.provision().then(async () => world.bind()),
    act: async (world) => world.unbind(),
    async verify(world, acted) {
      expect(IS_GONE).toContain(acted);
      expect((await world.record())?.bindings).toEqual([]);
      await world.expectWhole('db-1');
    },
  },
  {
    name: 'deprovision',
    writes: 6,
    before: async (world) => world.provision().then(async () => world.bind()),
    act: async (world) => world.deprovision(),
    async verify(world, acted) {
      expect(IS_GONE).toContain(acted);
      await world.expectNothing();
    },
  },
];

describe('a broker that dies at any write is succeeded by one that loses nothing', () => {
  const worlds: World[] = [];
  afterEach(async () => {
    await Promise.all(worlds.splice(0).map(async (world) => world.stop()));
  });

  async function live(story: Story, crash: CrashPoint, waits: boolean): Promise<void> {
    const world = new World(crash, waits);
    worlds.push(world);
    await story.before(world);
    const key = world.key();
    crash.arm();
    const acted = await story.act(world);
    crash.disarm();
    await story.verify(world, acted);
    // What was generated before stays for as long as the instance lives.
    if (key !== undefined && world.key() !== undefined) expect(world.key()).toBe(key);
    await world.deprovision();
    await world.expectNothing();
  }

  const cases = STORIES.flatMap((story) =>
    (['before', 'after'] as const).map((when) => ({
      story,
      when,
      waits: when === 'after' && story.writes > 1,
    })),
  ).map((row) => ({ ...row, how: row.waits ? 'when it is ready' : 'at once' }));
  test.each(cases)(
    '$story.name, $when the write takes effect, of an offering that is answered $how',
    async ({ story, when, waits }) => {
      const unharmed = new CrashPoint(0, when);
      await live(story, unharmed, waits);
      const { writes } = unharmed;
      expect(writes).toBeGreaterThanOrEqual(story.writes);
      const crashes = Array.from({ length: writes }, (_, index) => new CrashPoint(index + 1, when));
      await Promise.all(crashes.map(async (crash) => live(story, crash, waits)));
      // Fewer than counted when the one that was counted took so long that its platform was told to poll.
      const happened = crashes.filter(({ hasHappened }) => hasHappened);
      expect(happened.length).toBeGreaterThanOrEqual(story.writes);
    },
    4 * LIMIT_MS,
  );
});
