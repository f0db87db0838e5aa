import { delay } from './delay.js';

/** Waits for work, but no longer than so many milliseconds; the work itself goes on. Rejects as the work does. */
export async function atMost(work: Promise<unknown>, ms: number): Promise<void> {
  const settled = new AbortController();
  try {
    await Promise.race([work, delay(ms, settled.signal)]);
  } finally {
    settled.abort();
  }
}
