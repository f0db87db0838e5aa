export * from './admit.js';
export * from './kinds.js';
