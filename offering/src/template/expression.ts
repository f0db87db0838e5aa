import { parse, type CelResult } from '@bufbuild/cel';
import type { Bindings, Engine, Expr } from './engine.js';
import { generatedKey, readGenerate, type GenerateCall, type Owner } from './generate.js';
import { nodesOf } from './syntax-tree.js';

/** The longest expression, in characters. */
export const MAX_EXPRESSION = 2_048;

/** An expression as a tree, or the character (counted from 1) from which on it is not CEL. */
export type ParsedExpression =
  | { ok: true; expr: Expr; positionOf: (node: Expr) => number }
  | { ok: false; position: number };

/** Parses an expression. Total: it throws for no text. */
export function parseExpression(code: string): ParsedExpression {
  try {
    const { expr, sourceInfo } = parse(code);
    const positions = sourceInfo?.positions ?? {};
    const positionOf = ({ id }: Expr): number => {
      const offset = positions[String(id)] ?? 0;
      // The parser counts the blanks before an operator in.
      return offset + Math.max(0, code.slice(offset).search(/\S/)) + 1;
    };
    return { ok: true, expr, positionOf };
  } catch (error) {
    return { ok: false, position: offsetOf(error) + 1 };
  }
}

/** Where parsing stopped: the parser's error has `location.start.offset`; others (a stack that is too deep) have not. */
function offsetOf(error: unknown): number {
  const { location } = error as { location?: { start?: { offset?: unknown } } };
  const offset = location?.start?.offset;
  return typeof offset === 'number' ? offset : 0;
}

/** Gives the value that is kept under a key, or makes one and keeps it. */
export type Generate = (key: string, length: number) => string;

/** An expression that is ready to run again and again. */
export interface Program {
  readonly expr: Expr;
  run(variables: Bindings, generate: Generate, owner: Owner): CelResult;
}

/** Prepares an expression. */
export function toProgram(expr: Expr, engine: Engine): Program {
  const calls = takeGenerateCalls(expr);
  const run = engine.plan(expr);
  return {
    expr,
    run: (variables, generate, owner) =>
      run(withGenerated(variables, calls, (call) => generate(generatedKey(call, owner), call.length))),
  };
}

/** Names of variables that stand for calls. No author can write them. */
function variableOf(index: number): string {
  return `@generated${index}`;
}

/** Puts a variable in the place of each call that makes a value, since functions know nothing of the instance. */
function takeGenerateCalls(expr: Expr): GenerateCall[] {
  const calls: GenerateCall[] = [];
  for (const node of [...nodesOf(expr)]) {
    const reading = readGenerate(node);
    if (reading?.ok !== true) continue;
    const name = variableOf(calls.length);
    node.exprKind = { case: 'identExpr', value: { $typeName: 'cel.expr.Expr.Ident', name } };
    calls.push(reading.call);
  }
  return calls;
}

/** A value is made when the expression asks for it: behind a condition that does not hold, none is. */
function withGenerated(
  variables: Bindings,
  calls: readonly GenerateCall[],
  valueOf: (call: GenerateCall) => string,
): Bindings {
  if (calls.length === 0) return variables;
  const bindings = Object.create(variables) as Bindings;
  for (const [index, call] of calls.entries()) {
    Object.defineProperty(bindings, variableOf(index), { get: () => valueOf(call) });
  }
  return bindings;
}
