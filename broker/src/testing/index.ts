export * from './fixtures.js';
export * from './test-broker.js';
