export * from './documented-rules.js';
export type { RuleExample } from './example.js';
export * from './rules-page.js';
