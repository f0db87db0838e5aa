import type { Screen } from '../context.js';
import { displayWidth } from './display-width.js';
import { cut, cutMiddle } from './table.js';

/** Tells a waiting person what is awaited. */
export interface Progress {
  /** Shows what is awaited now. The same text again shows nothing new. */
  update(text: string): void;
  /** Takes the live line away. */
  stop(): void;
}

/** Below this, nobody would know the name. */
const NARROWEST_SUBJECT = 24;

const ERASE_LINE = '\r\u001B[K';

/**
 * Progress on a stream: in a terminal one live line with the seconds that went by, elsewhere a line for each change.
 * @param subject what is waited for, at the start of each line
 */
export function startProgress(screen: Screen, subject: string, now: () => number): Progress {
  return screen.isTTY ? liveLine(screen, subject, now) : lineByLine(screen, subject);
}

function lineByLine(screen: Screen, subject: string): Progress {
  let shown: string | undefined;
  return {
    update(text) {
      if (text !== shown) screen.write(`${subject}: ${text}\n`);
      shown = text;
    },
    stop: () => undefined,
  };
}

function liveLine(screen: Screen, subject: string, now: () => number): Progress {
  const startedAt = now();
  let current: string | undefined;
  const draw = (): void => {
    if (current === undefined) return;
    const seconds = Math.floor((now() - startedAt) / 1000);
    const news = seconds === 0 ? `: ${current}` : ` (${seconds}s): ${current}`;
    // Three columns stay free: terminals wrap when the last one is written, and Ctrl-C shows as two letters.
    const room = (screen.columns ?? 80) - 3;
    // A long name gives way to what is awaited, which is why somebody looks.
    const name = cutMiddle(subject, Math.max(NARROWEST_SUBJECT, room - displayWidth(news)));
    screen.write(`${ERASE_LINE}${cut(`${name}${news}`, room)}`);
  };
  const ticker = setInterval(draw, 1000);
  ticker.unref();
  return {
    update(text) {
      current = text;
      draw();
    },
    stop() {
      clearInterval(ticker);
      if (current !== undefined) screen.write(ERASE_LINE);
      current = undefined;
    },
  };
}
