export * from './access.js';
export * from './backoff.js';
export * from './errors.js';
export * from './managed-fields.js';
export * from './port.js';
export { startOutlineCache, startWatchCache } from './watch-cache.js';
export type { CacheChange, OutlineCacheOptions, WatchCache, WatchCacheOptions } from './watch-cache.js';
export * from './leader-election/index.js';
