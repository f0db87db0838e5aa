import type { CelError } from '@bufbuild/cel';
import type { Expr } from './engine.js';
import { memberOf, nameOf, nodesOf } from './syntax-tree.js';

/** What the library's messages that hold no value say, in other words. */
const CAUSES: readonly (readonly [RegExp, string])[] = [
  [/ (divide|modulus) by zero$/, 'divides by zero'],
  [/ overflow during /, 'gives a number that is too large'],
  [/ out of bounds /, 'reads an item that the list does not have'],
  [/^unbound function/, 'calls a function that is not known'],
  [/^unresolved attribute/, 'uses a name that is not known'],
];

/**
 * Why an expression failed, for people. Built from the expression, never from the library's message, which may hold a
 * parameter: of that only the types of arguments are told.
 */
export function explain(error: CelError, expr: Expr): string {
  const missing = missingMember(error, expr);
  if (missing !== undefined) return missing;
  const cause = CAUSES.find(([pattern]) => pattern.test(error.message));
  if (cause !== undefined) return `has an expression that ${cause[1]}`;
  const [, types] = /applied to '(?:.*\.)?\(([\w., ]*)\)'$/.exec(error.message) ?? [];
  if (types !== undefined) {
    return `has an expression that does not fit the types of its values (${types}); use int(), double() or string()`;
  }
  return 'has an expression that fails with these parameters';
}

function missingMember({ message, exprId }: CelError, expr: Expr): string | undefined {
  if (!message.startsWith('field not found')) return undefined;
  // The library names the node for `a.b`, but that of the object for `a["b"]`.
  const member = [...nodesOf(expr)]
    .filter((node) => node.id === exprId || memberOf(node)?.object.id === exprId)
    .map(memberOf)
    .find((reading) => reading !== undefined && message === `field not found: ${reading.key}`);
  if (member === undefined) return 'has an expression that reads a key which is not there';
  return nameOf(member.object) === 'parameters'
    ? `needs the parameter ${member.key}, which is not given`
    : `has an expression that reads ${member.key}, which is not there`;
}
