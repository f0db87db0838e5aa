import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { ProxiedCall } from './api-server-proxy.js';
import type { Offering } from './offering.js';
import { Platform } from './platform.js';
import { NOTHING, tracesOf, type Lane, type Stage, type Traces } from './stage.js';
import { Standstill, type When } from './standstill.js';
import type { Run, Story } from './stories.js';

/** Where and how a story is interrupted. */
export interface Interruption {
  stage: Stage;
  lane: Lane;
  offering: Offering;
  when: When;
  /** How many instances one kill interrupts at most. Default: as many as the operation has writes. */
  atOnce?: number;
  /** Which writes count. Default: all. */
  counts?: (call: ProxiedCall) => boolean;
}

/**
 * Interrupts an operation at each of its writes by kill -9, an instance for each, starts the broker again, and verifies
 * how it ends. The writes are counted before, on an instance that nothing happens to.
 */
export async function interruptEverywhere(story: Story, interruption: Interruption): Promise<void> {
  const writes = await countWrites(story, interruption);
  expect(writes).toBeGreaterThanOrEqual(story.writes);
  const { atOnce = writes } = interruption;
  let held = 0;
  for (let first = 1; first <= writes; first += atOnce) {
    const points = Array.from({ length: Math.min(atOnce, writes - first + 1) }, (_, index) => first + index);
    held += await interruptAt(points, story, interruption);
  }
  // One operation may have a sign of life less than the one that was counted.
  expect(held).toBeGreaterThanOrEqual(story.writes);
}

/** How often an operation writes when nothing happens to it. */
async function countWrites(story: Story, interruption: Interruption): Promise<number> {
  const { lane, counts = () => true } = interruption;
  const run = runOf(interruption, async () => Promise.resolve(lane.broker.url));
  await story.before(run);
  const points = new Map([[run.id, Infinity]]);
  const watch = new Standstill({
    points,
    when: 'before',
    counts,
    onStandstill: async () => Promise.resolve(),
  });
  lane.proxy.decide = (call) => watch.decide(call);
  const acted = await story.act(run);
  const writes = watch.writesOf(run.id);
  await end(story, run, acted);
  return writes;
}

/** One kill that interrupts an instance at each of the given writes. Gives how many it met there. */
async function interruptAt(
  points: readonly number[],
  story: Story,
  interruption: Interruption,
): Promise<number> {
  const { lane, when, counts = () => true } = interruption;
  let back = Promise.resolve();
  const url = async (): Promise<string> => back.then(() => lane.broker.url);
  const runs = points.map((point) => ({ point, run: runOf(interruption, url) }));
  await Promise.all(runs.map(async ({ run }) => story.before(run)));

  const passwords = new Map<Run, string | undefined>();
  const standstill = new Standstill({
    points: new Map(runs.map(({ run, point }) => [run.id, point])),
    when,
    counts,
    onStandstill: async () => {
      const killed = lane.broker.kill();
      back = killed.then(async () => lane.broker.start());
      await killed;
      for (const { run } of runs) passwords.set(run, (await run.traces()).password);
    },
  });
  lane.proxy.decide = (call) => standstill.decide(call);
  await Promise.all(
    runs.map(async ({ run }) => {
      const acted = await story.act(run);
      standstill.finish(run.id);
      const { password } = await run.traces();
      if (password !== undefined) expect(password).toBe(passwords.get(run) ?? password);
      await end(story, run, acted);
    }),
  );
  return standstill.held.size;
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

function runOf({ stage, lane, offering }: Interruption, url: () => Promise<string>): Run {
  const id = randomUUID();
  const { username, password } = lane.broker;
  const traces = async (): Promise<Traces> => tracesOf(stage.kube, lane, id);
  return {
    platform: new Platform({ url, username, password }, offering),
    id,
    traces,
    async expectWhole(size) {
      expect(await traces()).toEqual({
        objects: offering.objects[size],
        size,
        password: expect.stringMatching(/^.{24}$/),
        records: ['ready'],
        releases: offering.isChart ? ['deployed'] : [],
      });
    },
    async expectNothing() {
      expect(await traces()).toEqual(NOTHING);
    },
  };
}
