import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { interruptEverywhere } from './interrupt.js';
import { STAGE_MS, openLanes, raiseStage, type Lane, type Stage } from './stage.js';
import { ABANDONED, BIND, DEPROVISION, PROVISION, UNBIND, UPDATE } from './stories.js';

const TEST_MS = 120_000;

/** How an operation is interrupted, and of which offering; a broker for each, because most of the time is a lease's. */
const VARIANTS = [
  { when: 'before', offering: 'plain' },
  { when: 'after', offering: 'plain' },
  { when: 'before', offering: 'awaited' },
  { when: 'after', offering: 'awaited' },
] as const;

describe('a broker that is killed at every write, before and after it is carried out, and started again', () => {
  let stage: Stage;
  let lanes: Lane[] = [];

  beforeAll(async () => {
    stage = await raiseStage();
    lanes = await openLanes(
      stage,
      VARIANTS.map(({ when, offering }) => `${offering}-${when}`),
    );
  }, STAGE_MS);

  afterAll(async () => {
    await Promise.all(lanes.map(async (lane) => lane.close()));
    await stage.close();
  }, STAGE_MS);

  test.each([PROVISION, ABANDONED, UPDATE, BIND, UNBIND, DEPROVISION])(
    'finishes or undoes: $name',
    async (story) => {
      await Promise.all(
        VARIANTS.map(async ({ when, offering }, index) => {
          const lane = lanes[index];
          if (lane === undefined) throw new Error('There is a lane for each variant.');
          await interruptEverywhere(story, { stage, lane, offering: lane[offering], when });
        }),
      );
    },
    TEST_MS,
  );
});
