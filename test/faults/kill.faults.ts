import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Plan } from './offering.js';
import { Platform, type Outcome } from './platform.js';
import {
  NOTHING,
  STAGE_MS,
  openLane,
  raiseStage,
  tracesOf,
  type Lane,
  type Stage,
  type Traces,
} from './stage.js';
import { Standstill, type When } from './standstill.js';

const TEST_MS = 120_000;

/** One run of a story on one lane. */
interface Run {
  platform: Platform;
  id: string;
  traces: () => Promise<Traces>;
  expectWhole: (plan: Plan) => Promise<void>;
  expectNothing: () => Promise<void>;
}

/** An operation that is to be interrupted. */
interface Story {
  name: string;
  /** How often it writes at least, lest the sweep kills nothing. */
  writes: number;
  /** What comes before. */
  before: (run: Run) => Promise<unknown>;
  /** What may be interrupted. */
  act: (run: Run) => Promise<unknown>;
  /** What must come of it in the end. */
  verify: (run: Run, acted: unknown) => Promise<void>;
}

const DONE: Outcome = { kind: 'done' };

const PROVISION: Story = {
  name: 'provision',
  writes: 7,
  before: async () => Promise.resolve(),
  act: async ({ platform, id }) => platform.provision(id),
  async verify({ expectWhole }, acted) {
    expect(acted).toEqual(DONE);
    await expectWhole('small');
  },
};

/** The platform's request timed out, or met a 5xx: it deletes the instance and provisions it again. */
const ABANDONED: Story = {
  name: 'a provision that the platform gives up',
  writes: 7,
  before: async () => Promise.resolve(),
  act: async ({ platform, id }) => platform.tryToProvision(id),
  async verify({ platform, id, expectWhole, expectNothing }) {
    await platform.deprovision(id);
    await expectNothing();
    expect(await platform.provision(id)).toEqual(DONE);
    await expectWhole('small');
  },
};

const UPDATE: Story = {
  name: 'update',
  writes: 5,
  before: async ({ platform, id }) => platform.provision(id),
  act: async ({ platform, id }) => platform.update(id, 'large'),
  async verify({ expectWhole }, acted) {
    expect(acted).toEqual(DONE);
    await expectWhole('large');
  },
};

const BIND: Story = {
  name: 'bind',
  writes: 1,
  before: async ({ platform, id }) => platform.provision(id),
  act: async ({ platform, id }) => platform.bind(id, 'b', 'small'),
  async verify({ platform, id, expectWhole }, acted) {
    expect(acted).toMatchObject({ kind: 'done', credentials: { own: expect.stringMatching(/^.{24}$/) } });
    // Asked again, as after a Secret that could not be written: the same once more.
    expect(await platform.bind(id, 'b', 'small')).toEqual(acted);
    await expectWhole('small');
  },
};

const UNBIND: Story = {
  name: 'unbind',
  writes: 1,
  before: async ({ platform, id }) => {
    await platform.provision(id);
    await platform.bind(id, 'b', 'small');
  },
  act: async ({ platform, id }) => platform.unbind(id, 'b'),
  async verify({ platform, id, expectWhole }, acted) {
    expect(acted).toEqual(DONE);
    await expectWhole('small');
    expect((await platform.send('GET', `${id}/service_bindings/b`))?.status).toBe(404);
  },
};

const DEPROVISION: Story = {
  name: 'deprovision',
  writes: 7,
  before: UNBIND.before,
  act: async ({ platform, id }) => platform.deprovision(id),
  verify: async ({ expectNothing }) => expectNothing(),
};

/** How an operation is interrupted, and of which kind of offering. */
interface Variant {
  when: When;
  waits: boolean;
}

const VARIANTS: readonly Variant[] = [
  { when: 'before', waits: false },
  { when: 'after', waits: false },
  { when: 'before', waits: true },
  { when: 'after', waits: true },
];

/** One broker for each variant: most of the time is the wait for a lease. */
describe('a broker that is killed at every write, before and after it is carried out, and started again', () => {
  let stage: Stage;
  let lanes: Lane[] = [];

  beforeAll(async () => {
    stage = await raiseStage();
    lanes = await Promise.all(VARIANTS.map(async (_, index) => openLane(stage, `lane-${index + 1}`)));
  }, STAGE_MS);

  afterAll(async () => {
    await Promise.all(lanes.map(async (lane) => lane.close()));
    await stage.close();
  }, STAGE_MS);

  function runOn(lane: Lane, waits: boolean, url: () => Promise<string>): Run {
    const id = randomUUID();
    const offering = waits ? lane.awaited : lane.plain;
    const { username, password } = lane.broker;
    const traces = async (): Promise<Traces> => tracesOf(stage.kube, lane, id);
    return {
      platform: new Platform({ url, username, password }, offering),
      id,
      traces,
      async expectWhole(size) {
        const generated = expect.stringMatching(/^.{24}$/);
        const objects = offering.objects[size];
        expect(await traces()).toEqual({ objects, size, password: generated, records: ['ready'] });
      },
      async expectNothing() {
        expect(await traces()).toEqual(NOTHING);
      },
    };
  }

  /** How often an operation writes when nothing happens to it. */
  async function countWrites(story: Story, lane: Lane, waits: boolean): Promise<number> {
    const run = runOn(lane, waits, async () => Promise.resolve(lane.broker.url));
    await story.before(run);
    const points = new Map([[run.id, Infinity]]);
    const watch = new Standstill({ points, when: 'before', onStandstill: async () => Promise.resolve() });
    lane.proxy.decide = (call) => watch.decide(call);
    const acted = await story.act(run);
    const writes = watch.writesOf(run.id);
    await end(story, run, acted);
    return writes;
  }

  /** As many instances as the operation has writes, each interrupted at its own, by one kill. */
  async function interruptEverywhere(story: Story, lane: Lane, { when, waits }: Variant): Promise<void> {
    const writes = await countWrites(story, lane, waits);
    expect(writes).toBeGreaterThanOrEqual(story.writes);
    let back = Promise.resolve();
    const url = async (): Promise<string> => back.then(() => lane.broker.url);
    const runs = Array.from({ length: writes }, () => runOn(lane, waits, url));
    await Promise.all(runs.map(async (run) => story.before(run)));

    const passwords = new Map<Run, string | undefined>();
    const standstill = new Standstill({
      points: new Map(runs.map(({ id }, index) => [id, index + 1])),
      when,
      onStandstill: async () => {
        const killed = lane.broker.kill();
        back = killed.then(async () => lane.broker.start());
        await killed;
        for (const run of runs) passwords.set(run, (await run.traces()).password);
      },
    });
    lane.proxy.decide = (call) => standstill.decide(call);
    await Promise.all(
      runs.map(async (run) => {
        const acted = await story.act(run);
        standstill.finish(run.id);
        const { password } = await run.traces();
        if (password !== undefined) expect(password).toBe(passwords.get(run) ?? password);
        await end(story, run, acted);
      }),
    );
    // All but those whose last write is a sign of life, which there may be one less of the next time.
    expect(standstill.held.size).toBeGreaterThanOrEqual(story.writes);
  }

  /** What must come of an operation, and that nothing is left of its instance once that is deleted. */
  async function end(story: Story, run: Run, acted: unknown): Promise<void> {
    await story.verify(run, acted);
    const { size, password } = await run.traces();
    if (size !== undefined) {
      // What a binding delivers is what the instance's Secret holds.
      const credentials = expect.objectContaining({ password });
      expect(await run.platform.bind(run.id, 'check', size)).toEqual({ kind: 'done', credentials });
    }
    await run.platform.deprovision(run.id);
    await run.expectNothing();
  }

  test.each([PROVISION, ABANDONED, UPDATE, BIND, UNBIND, DEPROVISION])(
    'finishes or undoes: $name',
    async (story) => {
      await Promise.all(
        VARIANTS.map(async (variant, index) => {
          const lane = lanes[index];
          if (lane === undefined) throw new Error('There is a lane for each variant.');
          await interruptEverywhere(story, lane, variant);
        }),
      );
    },
    TEST_MS,
  );
});
