export * from './field-selector.js';
export * from './label-selector.js';
export * from './label-syntax.js';
export * from './selector-error.js';
