import { isCelError, isCelUint, type CelInput, type CelResult } from '@bufbuild/cel';
import type { Json, JsonObject } from '../json.js';
import { once } from '../once.js';
import { childPath, type Path } from '../path.js';
import { engine, type Bindings } from './engine.js';
import { explain } from './explain.js';
import { MAX_EXPRESSION, parseExpression, toProgram, type Generate } from './expression.js';
import { readGenerate, type Owner } from './generate.js';
import { hasExpression, scanTemplate, unescapeLiterals } from './scan.js';
import { nodesOf } from './syntax-tree.js';
import { TemplateError } from './template-error.js';

/** What expressions see (design section 2). */
export interface TemplateScope {
  instance: { id: string; /** See {@link shortId}. */ shortId: string; name: string };
  consumer: { namespace: string };
  /** The offering's name, without the team. */
  offering: string;
  /** The parameters of the instance, defaults applied. A whole number is an `int`, any other a `double`. */
  parameters: JsonObject;
}

/** The longest text that all expressions of one template give together, in characters. */
const MAX_TEXT = 1_048_576;

/** One template, compiled: gives its value. */
type Node = (run: Run) => Json;

/** One evaluation of a template. */
interface Run {
  variables: Bindings;
  generate: Generate;
  owner: Owner;
  /** How many characters expressions may still give. */
  room: number;
}

/** Templates are never changed, so what they were compiled to is kept as long as they are. */
const compiled = new WeakMap<object, Node>();

/**
 * Evaluates every `${ … }` of a value and turns each `$${` into `${` (design section 2). A string that is one
 * expression keeps the type of the result; in a longer one the result becomes text as `string()` of CEL writes it. Keys
 * and everything else stay as they are. Nothing is changed in place.
 *
 * Compiled once for each value that is an object or a list: evaluate the same value again rather than a copy.
 *
 * @param owner whose `generate.password` is: credentials are evaluated for a binding
 * @throws TemplateError when an expression fails with these parameters, gives something other than a string, a number or
 *   a boolean, or does too much work
 */
export function renderTemplate<Value extends Json>(
  value: Value,
  scope: TemplateScope,
  generate: Generate,
  owner?: Owner,
): Value;
export function renderTemplate(
  value: Json,
  scope: TemplateScope,
  generate: Generate,
  owner: Owner = 'instance',
): Json {
  const node = compiledOf(value);
  engine().begin();
  return node({ variables: variablesOf(scope), generate, owner, room: MAX_TEXT });
}

/** Whether a value has an expression that makes a value (`generate.password` and the like). */
export function usesGenerate(value: Json): boolean {
  if (typeof value !== 'string') {
    return typeof value === 'object' && value !== null && Object.values(value).some(usesGenerate);
  }
  const scan = scanTemplate(value);
  return (scan.ok ? scan.parts : []).some((part) => {
    const parsed = part.type === 'expression' ? parseExpression(part.code) : undefined;
    return parsed?.ok === true && [...nodesOf(parsed.expr)].some((node) => readGenerate(node)?.ok === true);
  });
}

function compiledOf(value: Json): Node {
  if (typeof value !== 'object' || value === null) return compile(value, { root: 'config-map' });
  let node = compiled.get(value);
  if (node === undefined) {
    node = compile(value, { root: 'config-map' });
    compiled.set(value, node);
  }
  return node;
}

function compile(value: Json, path: Path): Node {
  if (!hasExpression(value)) return () => unescapeLiterals(value);
  if (typeof value === 'string') return compileText(value, path);
  if (Array.isArray(value)) {
    const items = value.map((item, index) => compile(item, childPath(path, index)));
    return (run) => items.map((item) => item(run));
  }
  const members = Object.entries(value ?? {}).map(
    ([key, member]) => [key, compile(member as Json, childPath(path, key))] as const,
  );
  return (run) => Object.fromEntries(members.map(([key, member]) => [key, member(run)]));
}

function compileText(text: string, path: Path): Node {
  const scan = scanTemplate(text);
  if (!scan.ok) throw new TemplateError(path, 'holds a ${ without its expression');
  const parts = scan.parts.map((part) =>
    part.type === 'text' ? () => part.text : compileExpression(part.code, path),
  );
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) return only;
  return (run) => parts.map((part) => String(part(run))).join('');
}

function compileExpression(code: string, path: Path): (run: Run) => string | number | boolean {
  const parsed = code.length > MAX_EXPRESSION ? undefined : parseExpression(code);
  if (parsed?.ok !== true) throw new TemplateError(path, 'holds an expression that is not CEL, or too long');
  const program = toProgram(parsed.expr, engine());
  return (run) => {
    const result = program.run(run.variables, run.generate, run.owner);
    if (engine().isExhausted) {
      throw new TemplateError(path, 'has expressions that take too much work with these parameters');
    }
    if (isCelError(result)) throw new TemplateError(path, explain(result, program.expr));
    const scalar = scalarOf(result);
    if (typeof scalar === 'object') throw new TemplateError(path, scalar.problem);
    run.room -= String(scalar).length;
    if (run.room < 0) throw new TemplateError(path, 'becomes too long with these parameters');
    return scalar;
  };
}

/** Only scalars: a parameter must not become structure. */
function scalarOf(result: Exclude<CelResult, Error>): string | number | boolean | { problem: string } {
  if (typeof result === 'string' || typeof result === 'boolean') return result;
  const whole = isCelUint(result) ? result.value : result;
  const number = typeof whole === 'bigint' ? Number(whole) : whole;
  if (typeof number !== 'number') {
    return { problem: 'has an expression that gives no string, number or boolean with these parameters' };
  }
  const isExact = typeof whole === 'number' ? Number.isFinite(number) : Number.isSafeInteger(number);
  return isExact ? number : { problem: 'has an expression that gives a number which JSON can not hold' };
}

/** Without a prototype: nothing can be seen but these. The parameters are turned into values of CEL when they are read. */
function variablesOf({ instance, consumer, offering, parameters }: TemplateScope): Bindings {
  const { id, shortId, name } = instance;
  const variables = Object.create(null) as Bindings;
  variables['instance'] = new Map(Object.entries({ id, shortId, name }));
  variables['consumer'] = new Map([['namespace', consumer.namespace]]);
  variables['offering'] = offering;
  const values = once(() => toCel(parameters));
  Object.defineProperty(variables, 'parameters', { get: values });
  return variables;
}

/** JSON has one sort of numbers; whole ones are far more often counts than measures. */
function toCel(value: Json): CelInput {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toCel);
  return new Map(Object.entries(value).map(([key, member]) => [key, toCel(member)]));
}
