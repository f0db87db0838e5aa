import { CrashPoint } from './crash-point.js';
import type { Harness } from './harness.js';

/** One thing that happens to an object, and how it has to end whatever dies on the way. */
export interface Flow {
  /** Its steps at least: fewer would mean that the sweep missed them. */
  steps: number;
  /** Before the controller that dies. */
  prepare?: (name: string) => Promise<unknown>;
  act: (name: string) => Promise<unknown>;
  /** Resolves when it has ended well. */
  end: (name: string) => Promise<unknown>;
}

/**
 * Takes a flow again and again, each time with a controller that is killed one boundary later, until it gets through
 * alive. Returns how many times that was; each has ended well.
 */
export async function sweep(harness: Harness, flow: Flow, when: 'before' | 'after'): Promise<number> {
  const stopTime = passTime(harness);
  let at = 1;
  while (await runWithCrash(harness, flow, `at-${at}`, new CrashPoint(at, when))) at += 1;
  stopTime();
  return at;
}

/** Lets time pass while others work. */
function passTime(harness: Harness): () => void {
  let going = true;
  const tick = (): void => {
    if (!going) return;
    harness.clock.advance(1000);
    setImmediate(tick);
  };
  tick();
  return () => {
    going = false;
  };
}

/** Kills a controller at the crash point; whether it came that far. The flow has ended well. */
async function runWithCrash(harness: Harness, flow: Flow, name: string, crash: CrashPoint): Promise<boolean> {
  const setUp = await harness.controller();
  await flow.prepare?.(name);
  await setUp.stop();
  const first = await harness.controller(crash);
  await flow.act(name);
  const ended = flow.end(name).then(() => false);
  const killed = await Promise.race([ended, crash.happened.then(() => true)]);
  void first.stop();
  const second = await harness.controller();
  await ended;
  await second.stop();
  return killed;
}
