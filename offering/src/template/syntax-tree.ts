import type { Expr } from './engine.js';

/** The nodes directly below a node of an expression. */
export function childrenOf({ exprKind }: Expr): Expr[] {
  switch (exprKind.case) {
    case 'selectExpr':
      return present([exprKind.value.operand]);
    case 'callExpr':
      return present([exprKind.value.target, ...exprKind.value.args]);
    case 'listExpr':
      return exprKind.value.elements;
    case 'structExpr':
      return exprKind.value.entries.flatMap(({ keyKind, value }) =>
        present([keyKind.case === 'mapKey' ? keyKind.value : undefined, value]),
      );
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
      return present([iterRange, accuInit, loopCondition, loopStep, result]);
    }
    case 'constExpr':
    case 'identExpr':
    case undefined:
      return [];
  }
}

/** A node and all that is below it, itself first. */
export function* nodesOf(expr: Expr): Generator<Expr> {
  yield expr;
  for (const child of childrenOf(expr)) yield* nodesOf(child);
}

/** The name of a variable, if the node is one. */
export function nameOf(expr: Expr | undefined): string | undefined {
  return expr?.exprKind.case === 'identExpr' ? expr.exprKind.value.name : undefined;
}

/** The text of a string that is written out, if the node is one. */
export function literalText(expr: Expr | undefined): string | undefined {
  const constant = expr?.exprKind.case === 'constExpr' ? expr.exprKind.value.constantKind : undefined;
  return constant?.case === 'stringValue' ? constant.value : undefined;
}

/** The whole number that is written out, if the node is one. */
export function literalInteger(expr: Expr | undefined): bigint | undefined {
  const constant = expr?.exprKind.case === 'constExpr' ? expr.exprKind.value.constantKind : undefined;
  return constant?.case === 'int64Value' ? constant.value : undefined;
}

/** A member that a node reads, by `object.key` or `object["key"]`, or tests with `has(object.key)`. */
export interface Member {
  object: Expr;
  key: string;
  isTest: boolean;
}

/** The member that a node is about. */
export function memberOf({ exprKind }: Expr): Member | undefined {
  if (exprKind.case === 'selectExpr') {
    const { operand, field, testOnly } = exprKind.value;
    return operand === undefined ? undefined : { object: operand, key: field, isTest: testOnly };
  }
  if (exprKind.case !== 'callExpr') return undefined;
  const { function: name, args } = exprKind.value;
  const [object, key] = name === '@in' ? args.toReversed() : args;
  const text = literalText(key);
  if (!['_[_]', '@in'].includes(name) || object === undefined || text === undefined) return undefined;
  return { object, key: text, isTest: name === '@in' };
}

function present(nodes: readonly (Expr | undefined)[]): Expr[] {
  return nodes.filter((node) => node !== undefined);
}
