import { expect, test } from '@jest/globals';
import { Reconciler, type ReconcilerOptions } from './reconciler.js';

interface Gate {
  opened: Promise<void>;
  open: () => void;
}

function gate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

const options = (
  run: ReconcilerOptions['run'],
): ReconcilerOptions & { waits: number[]; errors: unknown[] } => {
  const waits: number[] = [];
  const errors: unknown[] = [];
  return {
    run,
    waits,
    errors,
    backoff: (failures) => failures * 100,
    onError: (error) => errors.push(error),
    delay: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
  };
};

test('triggers during a run become one more run, and runs never overlap', async () => {
  const first = gate();
  let runs = 0;
  let active = 0;
  let overlapped = false;
  const reconciler = new Reconciler(
    options(async () => {
      overlapped ||= active > 0;
      active += 1;
      runs += 1;
      if (runs === 1) await first.opened;
      active -= 1;
    }),
  );
  reconciler.trigger();
  reconciler.trigger();
  reconciler.trigger();
  first.open();
  await reconciler.idle();
  expect({ runs, overlapped }).toEqual({ runs: 2, overlapped: false });
});

test('a trigger after the last run starts another', async () => {
  let runs = 0;
  const reconciler = new Reconciler(options(() => Promise.resolve(void (runs += 1))));
  reconciler.trigger();
  await reconciler.idle();
  reconciler.trigger();
  await reconciler.idle();
  expect(runs).toBe(2);
});

test('a failed run is repeated, with growing pauses that start over after a success', async () => {
  const failures = [true, true, true, false];
  const made = options(() =>
    failures.shift() === true ? Promise.reject(new Error('no')) : Promise.resolve(),
  );
  const reconciler = new Reconciler(made);
  reconciler.trigger();
  await reconciler.idle();
  expect(made.errors).toHaveLength(3);
  expect(made.waits).toEqual([100, 200, 300]);
  failures.push(true, false);
  reconciler.trigger();
  await reconciler.idle();
  expect(made.waits).toEqual([100, 200, 300, 100]);
});

test('stopping ends the pause and the run under way, and triggers do nothing from then on', async () => {
  let runs = 0;
  const paused = gate();
  const reconciler = new Reconciler({
    run: () => {
      runs += 1;
      return Promise.reject(new Error('no'));
    },
    onError: () => undefined,
    backoff: () => 1000,
    delay: (_, signal) => {
      paused.open();
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    },
  });
  reconciler.trigger();
  await paused.opened;
  await reconciler.stop();
  reconciler.trigger();
  await reconciler.idle();
  expect(runs).toBe(1);
});
