import type { Broker } from './broker.js';
import type { ShutdownConfig } from './config.js';
import { delay } from './delay.js';
import type { Serving } from './http/serve.js';

/** What ends, and how long it may take. */
export interface ShutDownOptions extends ShutdownConfig {
  api: Pick<Serving, 'drain' | 'stop'>;
  broker: Pick<Broker, 'stop'>;
  /** Monotonic milliseconds. */
  now: () => number;
}

/**
 * Ends the broker without breaking anything off that can still be finished, when it has begun to say that it is not ready:
 * goes on for as long as it takes until nobody sends requests here, takes no more, finishes those that run and then the
 * operations that no request waits for. What is not finished in time stays in the store for the next process.
 */
export async function shutDown({ api, broker, now, delayMs, graceMs }: ShutDownOptions): Promise<void> {
  const end = now() + graceMs;
  const left = (): number => Math.max(0, end - now());
  api.drain();
  await delay(delayMs);
  await api.stop(left());
  await broker.stop(left());
}
