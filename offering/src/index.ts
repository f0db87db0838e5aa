export * from './json.js';
export * from './model.js';
