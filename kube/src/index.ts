export * from './backoff.js';
export * from './errors.js';
export * from './port.js';
export { startWatchCache } from './watch-cache.js';
export type { CacheChange, WatchCache, WatchCacheOptions } from './watch-cache.js';
