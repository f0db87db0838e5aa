import type { Logger } from 'pino';
import { delay } from '../delay.js';
import type { Recovery } from './recovery.js';

/** A loop that runs until it is stopped. */
export interface RecoveryLoop {
  /** Resolves when the last look is over. */
  stop(): Promise<void>;
}

/** Looks for unfinished operations at once and then again and again. A store that fails is looked at the next time. */
export function startRecovery(recovery: Recovery, everyMs: number, logger: Logger): RecoveryLoop {
  const stopped = new AbortController();
  const { signal } = stopped;
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await recovery.look().catch((error: unknown) => {
        logger.warn({ err: error }, 'looking for unfinished operations failed');
      });
      await delay(everyMs, signal);
    }
  };
  const running = loop();
  return {
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
