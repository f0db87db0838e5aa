import type { Expr } from './engine.js';
import { literalInteger, literalText, nameOf } from './syntax-tree.js';

/** The name before the dot of the functions that make values. */
export const GENERATE = 'generate';

/** `password` is of the instance in its objects, of the binding in credentials; `instancePassword` always of the instance. */
export type GenerateFunction = 'password' | 'instancePassword';

/** The functions of {@link GENERATE}. */
export const GENERATE_FUNCTIONS: readonly GenerateFunction[] = ['password', 'instancePassword'];

/** The shortest and the longest password. */
export const PASSWORD_LENGTH = { min: 8, max: 128 } as const;

/** Whose a generated value is: the instance's, or (in credentials) the binding's. */
export type Owner = 'instance' | 'binding';

/** A call of one of the functions, with what tells its value from others. */
export interface GenerateCall {
  function: GenerateFunction;
  length: number;
  /** Empty when the call names none. */
  name: string;
}

/** What a node that calls a function of {@link GENERATE} asks for, or what is wrong with it; undefined for other nodes. */
export type GenerateReading =
  | { ok: true; call: GenerateCall }
  | { ok: false; problem: 'function' | 'arguments'; name: string };

/** Reads a call of a function of {@link GENERATE}. Arguments are written out, so that keys do not depend on parameters. */
export function readGenerate({ exprKind }: Expr): GenerateReading | undefined {
  if (exprKind.case !== 'callExpr' || nameOf(exprKind.value.target) !== GENERATE) return undefined;
  const { function: name, args } = exprKind.value;
  const known = GENERATE_FUNCTIONS.find((candidate) => candidate === name);
  if (known === undefined) return { ok: false, problem: 'function', name };
  const [length, label, ...others] = args;
  const call = { function: known, length: Number(literalInteger(length)), name: literalText(label) ?? '' };
  const isNamed = label === undefined || /^[\w.-]{1,63}$/.test(call.name);
  const isLength = call.length >= PASSWORD_LENGTH.min && call.length <= PASSWORD_LENGTH.max;
  return isNamed && isLength && others.length === 0
    ? { ok: true, call }
    : { ok: false, problem: 'arguments', name };
}

/** The key under which the value of a call is kept: `password/<name>/<length>`, for a binding's `binding/password/…`. */
export function generatedKey({ function: name, name: label, length }: GenerateCall, owner: Owner): string {
  const key = `password/${label}/${length}`;
  return owner === 'binding' && name === 'password' ? `binding/${key}` : key;
}
