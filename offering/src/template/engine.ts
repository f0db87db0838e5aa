import {
  celEnv,
  celFunc,
  celMethod,
  CelScalar,
  isCelError,
  isCelList,
  isCelMap,
  listType,
  plan,
  type CelFunc,
  type CelInput,
  type CelResult,
  type CelValue,
  type parse,
} from '@bufbuild/cel';
import { once } from '../once.js';
import { compilePattern, type Pattern } from './pattern.js';
import { childrenOf, nodesOf } from './syntax-tree.js';

/** A node of a parsed expression (`cel.expr.Expr` of the CEL specification). */
export type Expr = ReturnType<typeof parse>['expr'];

/** The variables of one evaluation. A member may be a getter: it is read when, and only if, the value is needed. */
export type Bindings = Record<string, CelInput>;

/**
 * The work that the expressions of one template may do. A unit is about 50 nanoseconds, so that the worst that a
 * consumer's parameters can make of an expression is a fraction of a second.
 */
const MAX_WORK = 2_000_000;

/** What evaluating one node of an expression costs, about. */
const NODE_WORK = 5;

/** How many characters are copied or compared for a unit of work. */
const CHARACTERS_PER_UNIT = 16;

/** The functions that each loop asks: for what it goes through, and before a step. No author can write their names. */
const RANGE = '@range';
const STEP = '@step';

/** Functions that look into lists and maps all the way down. */
const DEEP = new Set(['_==_', '_!=_', '@in']);

/** Functions that take more than twice as long for twice the text. */
const QUADRATIC = new Set(['int', 'uint']);

const { BOOL, INT, STRING, DYN } = CelScalar;
const LIST = listType(DYN);

/**
 * CEL as expressions of providers run it: the standard functions, with an account of the work that they do. Parameters
 * come from consumers, so neither a long list, nor a long text, nor a regular expression may stop the broker.
 *
 * Evaluation is synchronous, so one account is enough.
 */
export class Engine {
  /** Every overload of every function, operators included, by name. */
  readonly overloads: ReadonlyMap<string, readonly CelFunc[]>;
  readonly #env;
  #work = 0;
  /** The last one, since a loop asks for the same one again and again. */
  #pattern: Pattern | undefined;

  constructor() {
    const standard = [...celEnv().funcs].filter(({ name }) => name !== 'matches');
    this.#env = celEnv({
      funcs: [
        ...standard.map((func) => this.#metered(func)),
        // The library's own makes a chain of lists, which becomes too deep to be walked.
        this.#metered(celFunc('_+_', [LIST, LIST], LIST, (left, right) => [...left, ...right])),
        celFunc('matches', [STRING, STRING], BOOL, (text, source) => this.#matches(text, source)),
        celMethod('matches', STRING, [STRING], BOOL, this.#matchesMethod()),
        this.#metered(celFunc(RANGE, [DYN], DYN, (range) => range)),
        celFunc(STEP, [INT], BOOL, (nodes) => this.#spend(NODE_WORK * Number(nodes))),
      ],
    });
    const overloads = new Map<string, CelFunc[]>();
    for (const func of this.#env.funcs) overloads.set(func.name, [...(overloads.get(func.name) ?? []), func]);
    this.overloads = overloads;
  }

  /** Whether evaluation went beyond its limit: then what it gave means nothing. */
  get isExhausted(): boolean {
    return this.#work < 0;
  }

  /** Opens a new account, for the expressions of one template. */
  begin(): void {
    this.#work = MAX_WORK;
  }

  /** Prepares an expression, whose loops are changed in place: they end when the work is used up. */
  plan(expr: Expr): (bindings: Bindings) => CelResult {
    meterLoops(expr);
    return plan(this.#env, expr);
  }

  /** Takes work from what is left; false when there is not enough. */
  #spend(units: number): boolean {
    this.#work -= units;
    return !this.isExhausted;
  }

  #metered(func: CelFunc): CelFunc {
    const { name, target, arguments: types, result: type } = func;
    const call = (receiver: CelValue | undefined, args: CelValue[]): CelValue => {
      const values = receiver === undefined ? args : [receiver, ...args];
      if (!this.#spend(workOf(name, values))) throw new Error('too much work');
      const result = func.call(0, receiver, args);
      if (result === undefined || isCelError(result)) throw result ?? new Error('no such overload');
      return result;
    };
    if (target === undefined)
      return celFunc(name, types, type, (...args: CelValue[]) => call(undefined, args));
    return celMethod(name, target, types, type, function (...args: CelValue[]) {
      return call(this, args);
    });
  }

  #matchesMethod(): (this: string, source: string) => boolean {
    const matches = this.#matches.bind(this);
    return function (source) {
      return matches(this, source);
    };
  }

  #matches(text: string, source: string): boolean {
    if (this.#pattern?.source !== source) {
      this.#pattern = compilePattern(source);
      this.#spend(this.#pattern?.work ?? 0);
    }
    if (this.#pattern === undefined) throw new Error('not a regular expression');
    if (!this.#spend(text.length * this.#pattern.workPerCharacter)) throw new Error('too much work');
    return this.#pattern.test(text);
  }
}

/** The engine of this process. Making one takes some milliseconds. */
export const engine = once(() => new Engine());

/** Lets each loop ask for its next step, which is refused when the work is used up: the loop ends. */
function meterLoops(expr: Expr): void {
  for (const child of childrenOf(expr)) meterLoops(child);
  const { exprKind } = expr;
  if (exprKind.case !== 'comprehensionExpr') return;
  const { iterRange, loopCondition, loopStep } = exprKind.value;
  if (iterRange === undefined || loopCondition === undefined || loopStep === undefined) return;
  const nodes = [...nodesOf(loopStep)].length;
  exprKind.value.iterRange = call(RANGE, [iterRange]);
  exprKind.value.loopCondition = call('_&&_', [call(STEP, [integer(nodes)]), loopCondition]);
}

function call(name: string, args: Expr[]): Expr {
  return {
    $typeName: 'cel.expr.Expr',
    id: 0n,
    exprKind: { case: 'callExpr', value: { $typeName: 'cel.expr.Expr.Call', function: name, args } },
  };
}

function integer(value: number): Expr {
  const constantKind = { case: 'int64Value' as const, value: BigInt(value) };
  return {
    $typeName: 'cel.expr.Expr',
    id: 0n,
    exprKind: { case: 'constExpr', value: { $typeName: 'cel.expr.Constant', constantKind } },
  };
}

function workOf(name: string, values: readonly CelValue[]): number {
  const size = values.reduce((sum: number, value) => sum + sizeOf(value, DEEP.has(name)), 1);
  return QUADRATIC.has(name) ? size * size : size;
}

function sizeOf(value: CelValue, isDeep: boolean): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length / CHARACTERS_PER_UNIT;
  if (!isCelList(value) && !isCelMap(value)) return 0;
  if (!isDeep) return value.size;
  let size = value.size;
  for (const item of value.values()) size += sizeOf(item, true);
  return size;
}
