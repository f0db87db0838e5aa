import type { Violation } from './model.js';

/** More would hide the first ones from view. */
const MAX_LINES = 20;

/**
 * Violations as text, a line each: errors first, each group sorted by path; warnings are marked as such. After 20
 * lines the rest is counted.
 */
export function formatViolations(violations: readonly Violation[]): string {
  const lines = violations
    .toSorted((left, right) => rank(left) - rank(right) || compare(left.path, right.path))
    .map(({ severity, path, message }) => `${path}: ${severity === 'warning' ? 'warning: ' : ''}${message}`);
  const rest = lines.length - MAX_LINES;
  return [...lines.slice(0, MAX_LINES), ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n');
}

function rank({ severity }: Violation): number {
  return severity === 'error' ? 0 : 1;
}

/** With the indexes of list items compared as numbers. */
function compare(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}
