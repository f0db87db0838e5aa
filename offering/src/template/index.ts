export type { Generate } from './expression.js';
export { makePassword } from './password.js';
export { renderTemplate, usesGenerate, type TemplateScope } from './render.js';
export { hasExpression, unescapeLiterals } from './scan.js';
export { shortId } from './short-id.js';
export { TemplateError } from './template-error.js';
