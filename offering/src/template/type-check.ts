import type { Expr } from './engine.js';
import {
  judgeCall,
  judgeGenerate,
  judgePattern,
  MACROS,
  wrongForm,
  type CallTypes,
  type Overloads,
} from './calls.js';
import { quoteName, type Finding, type Judgement } from './finding.js';
import { GENERATE, readGenerate } from './generate.js';
import { ROOTS, type ExpressionPlace } from './place.js';
import { childrenOf, literalText, memberOf, nameOf, nodesOf, type Member } from './syntax-tree.js';
import { article, CONSTANT_TYPES, DYN, fits, hasItems, type TypeName } from './type-names.js';
import { judgeMember, judgeVariable, rootWithMembers } from './variables.js';

/** A mistake in an expression, and at which node. */
export interface ExpressionProblem extends Finding {
  node: Expr;
}

/** The types of the variables of macros. */
type Scope = ReadonlyMap<string, TypeName>;

type Call = Extract<Expr['exprKind'], { case: 'callExpr' }>['value'];
type Comprehension = Extract<Expr['exprKind'], { case: 'comprehensionExpr' }>['value'];

/**
 * Finds what is wrong with an expression before it is evaluated: names, functions, and types as far as they are known.
 * Goes on with `dyn`, which fits everything, where something is wrong or unknown.
 */
export class TypeChecker {
  readonly problems: ExpressionProblem[] = [];
  readonly #place: ExpressionPlace;
  readonly #overloads: Overloads;
  /** The parameters that the expression itself asks for with `has()` or `in`. */
  readonly #tested: ReadonlySet<string | undefined>;

  constructor(expr: Expr, place: ExpressionPlace, overloads: Overloads) {
    this.#place = place;
    this.#overloads = overloads;
    const members = [...nodesOf(expr)].map(memberOf).filter((member) => member?.isTest === true);
    const ofParameters = members.filter((member) => nameOf(member?.object) === 'parameters');
    this.#tested = new Set(ofParameters.map((member) => member?.key));
  }

  /** The type of a node's value. Notes what is wrong with it and below it. */
  typeOf(expr: Expr, scope: Scope = new Map()): TypeName {
    const { exprKind } = expr;
    switch (exprKind.case) {
      case 'constExpr':
        return CONSTANT_TYPES.get(exprKind.value.constantKind.case) ?? DYN;
      case 'identExpr':
        return this.#variable(expr, exprKind.value.name, scope);
      case 'selectExpr':
        return this.#member(expr, scope);
      case 'callExpr':
        return this.#call(expr, exprKind.value, scope);
      case 'comprehensionExpr':
        return this.#comprehension(expr, exprKind.value, scope);
      case 'structExpr':
        return this.#struct(expr, exprKind.value.messageName, scope);
      case 'listExpr':
        for (const item of exprKind.value.elements) this.typeOf(item, scope);
        return 'list';
      case undefined:
        return DYN;
    }
  }

  #variable(expr: Expr, name: string, scope: Scope): TypeName {
    return scope.get(name) ?? this.#take(expr, judgeVariable(name, this.#place));
  }

  #struct(expr: Expr, messageName: string, scope: Scope): TypeName {
    if (messageName !== '') {
      const message = 'builds a message, which expressions do not have here; remove it';
      this.#note(expr, { rule: 'expression-function', message });
    }
    for (const child of childrenOf(expr)) this.typeOf(child, scope);
    return 'map';
  }

  #member(expr: Expr, scope: Scope): TypeName {
    const member = memberOf(expr);
    if (member === undefined) return DYN;
    const type = this.#memberOfRoot(expr, member, scope) ?? this.#memberOfValue(expr, member, scope);
    return member.isTest ? 'bool' : type;
  }

  /** A member of one of the variables; undefined when the object is something else. */
  #memberOfRoot(expr: Expr, { object, key, isTest }: Member, scope: Scope): TypeName | undefined {
    const name = nameOf(object);
    const root = name === undefined || scope.has(name) ? undefined : rootWithMembers(name);
    if (root === undefined) return undefined;
    return this.#take(expr, judgeMember(root, key, isTest || this.#tested.has(key), this.#place));
  }

  #memberOfValue(expr: Expr, { object, key }: Member, scope: Scope): TypeName {
    const type = this.typeOf(object, scope);
    if (!fits(type, 'map')) {
      const name = quoteName(key, this.#place);
      this.#wrongType(expr, `reads ${name} of ${article(type)}, which has no members; correct it`);
    }
    return DYN;
  }

  #comprehension(expr: Expr, value: Comprehension, scope: Scope): TypeName {
    const { iterRange, iterVar, accuVar, accuInit, loopCondition, loopStep, result } = value;
    const range = this.#typeOfMaybe(iterRange, scope);
    if (!hasItems(range)) {
      this.#wrongType(expr, `goes through ${article(range)}; only a list or a map has items`);
    }
    if ([...ROOTS, GENERATE].includes(iterVar)) {
      const message = `gives the variable ${iterVar} another meaning; choose another name`;
      this.#note(expr, { rule: 'expression-name', message });
    }
    const inner = new Map(scope).set(iterVar, DYN).set(accuVar, this.#typeOfMaybe(accuInit, scope));
    this.#typeOfMaybe(loopCondition, inner);
    this.#typeOfMaybe(loopStep, inner);
    return this.#typeOfMaybe(result, inner);
  }

  #typeOfMaybe(expr: Expr | undefined, scope: Scope): TypeName {
    return expr === undefined ? DYN : this.typeOf(expr, scope);
  }

  #call(expr: Expr, call: Call, scope: Scope): TypeName {
    const generated = scope.has(GENERATE) ? undefined : readGenerate(expr);
    if (generated !== undefined) return this.#take(expr, judgeGenerate(generated, this.#place));
    const { function: name, target, args } = call;
    if (MACROS.includes(name)) return this.#take(expr, { type: DYN, findings: [wrongForm(name)] });
    const member = memberOf(expr);
    const ofRoot = member === undefined ? undefined : this.#memberOfRoot(expr, member, scope);
    if (ofRoot !== undefined) return member?.isTest === true ? 'bool' : ofRoot;
    const types = {
      name,
      target: target === undefined ? undefined : this.typeOf(target, scope),
      args: args.map((arg) => this.typeOf(arg, scope)),
    };
    return this.#operator(expr, types) ?? this.#function(expr, types, args);
  }

  /** Operators that are no functions; undefined for all else. */
  #operator(expr: Expr, { name, args }: CallTypes): TypeName | undefined {
    const [first = DYN, second = DYN, third = DYN] = args;
    switch (name) {
      case '_?_:_':
        this.#expectBool(expr, [first]);
        return second === third ? second : DYN;
      case '_&&_':
      case '_||_':
        this.#expectBool(expr, args);
        return 'bool';
      case '@not_strictly_false':
        return 'bool';
      case '_[_]':
        if (!hasItems(first)) {
          this.#wrongType(expr, `reads an item of ${article(first)}; only a list or a map has items`);
        }
        return DYN;
      default:
        return undefined;
    }
  }

  #function(expr: Expr, types: CallTypes, args: readonly Expr[]): TypeName {
    const pattern = types.name === 'matches' ? literalText(args.at(-1)) : undefined;
    if (pattern !== undefined) for (const finding of judgePattern(pattern)) this.#note(expr, finding);
    return this.#take(expr, judgeCall(types, this.#overloads, this.#place));
  }

  #expectBool(expr: Expr, types: readonly TypeName[]): void {
    const wrong = types.find((type) => !fits(type, 'bool'));
    if (wrong === undefined) return;
    this.#wrongType(expr, `has ${article(wrong)} where true or false is needed; compare it with something`);
  }

  #take(expr: Expr, { type, findings }: Judgement): TypeName {
    for (const finding of findings) this.#note(expr, finding);
    return type;
  }

  #wrongType(expr: Expr, message: string): void {
    this.#note(expr, { rule: 'expression-type', message });
  }

  #note(node: Expr, finding: Finding): void {
    this.problems.push({ ...finding, node });
  }
}
