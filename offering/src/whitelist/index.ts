/** Apart from the engine, for clients that only want to know who is let in. */
export { matchesWhitelist } from './matches-whitelist.js';
