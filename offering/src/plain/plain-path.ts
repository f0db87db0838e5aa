import type { Path } from '../path.js';

/** For notes that nobody reads: where a quick reader has something to note, it gives up. */
export const PLAIN_PATH: Path = { root: 'config-map' };
