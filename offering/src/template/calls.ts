import type { CelFunc } from '@bufbuild/cel';
import { listing, nearest } from '../wording.js';
import { quoteName, wordOf, type Finding, type Judgement } from './finding.js';
import { GENERATE, GENERATE_FUNCTIONS, PASSWORD_LENGTH, type GenerateReading } from './generate.js';
import { compilePattern } from './pattern.js';
import type { ExpressionPlace } from './place.js';
import { DYN, fits, shortName, type TypeName } from './type-names.js';

/** The overloads of every function, by its name. */
export type Overloads = ReadonlyMap<string, readonly CelFunc[]>;

/** Used as they should be, macros are gone after parsing. */
export const MACROS: readonly string[] = ['has', 'all', 'exists', 'exists_one', 'map', 'filter'];

/** A call of a function or an operator, with what is known of its arguments. */
export interface CallTypes {
  name: string;
  target: TypeName | undefined;
  args: readonly TypeName[];
}

/** Finds the overloads that a call can mean: one has to fit what is known of the arguments. */
export function judgeCall(call: CallTypes, overloads: Overloads, place: ExpressionPlace): Judgement {
  const { name, target, args } = call;
  const named = overloads.get(name) ?? [];
  const inForm = named.filter(
    (func) => (func.target === undefined) === (target === undefined) && func.arguments.length === args.length,
  );
  if (inForm.length === 0) {
    const finding = named.length > 0 ? wrongForm(name) : unknownFunction(name, overloads, place);
    return { type: DYN, findings: [finding] };
  }
  const fitting = inForm.filter((func) => takes(func, call));
  const [type = DYN, ...others] = new Set(fitting.map(({ result }) => result.name));
  return {
    type: others.length === 0 ? type : DYN,
    findings: fitting.length === 0 ? [wrongTypes(call)] : [],
  };
}

function takes(func: CelFunc, { target, args }: CallTypes): boolean {
  const isTarget = target === undefined || fits(target, func.target?.name ?? DYN);
  return isTarget && func.arguments.every((type, index) => fits(args[index] ?? DYN, type.name));
}

function wrongTypes({ name, target, args }: CallTypes): Finding {
  const types = listing([...(target === undefined ? [] : [target]), ...args].map(shortName));
  const message = `uses ${symbolOf(name)} with ${types}, for which it is not made; convert with int(), double() or string()`;
  return { rule: 'expression-type', message };
}

/** A call of a function that is there, but not so. */
export function wrongForm(name: string): Finding {
  const message = `calls ${symbolOf(name)} in a form that it does not have; see its arguments`;
  return { rule: 'expression-function', message };
}

function unknownFunction(name: string, overloads: Overloads, place: ExpressionPlace): Finding {
  const words = [...overloads.keys(), ...MACROS].filter((known) => /^\w+$/.test(known));
  const meant = nearest(name, words);
  const remedy =
    meant === undefined
      ? 'only the functions of standard CEL and generate are there'
      : `did you mean ${meant}`;
  const message = `calls ${quoteName(name, place)}, which is no function; ${remedy}`;
  return { rule: 'expression-function', message };
}

/** A regular expression that is written out. */
export function judgePattern(source: string): Finding[] {
  if (compilePattern(source) !== undefined) return [];
  const message = 'has a regular expression that RE2 does not take; correct it';
  return [{ rule: 'expression-type', message }];
}

const NOT_SECRET =
  'where it would not stay secret; make it in the spec or data of a wrapped object, in Helm values or in a credential';

/** A call of a function that makes a value. */
export function judgeGenerate(reading: GenerateReading, place: ExpressionPlace): Judgement {
  const findings = reading.ok ? [] : [wrongGenerate(reading, place)];
  const isInstance = reading.ok && reading.call.function === 'instancePassword';
  if (place.generates === undefined) {
    findings.push({ rule: 'generate-place', message: `makes a value ${place.whyNone ?? NOT_SECRET}` });
  } else if (place.generates === 'instance' && isInstance) {
    const message = 'calls generate.instancePassword, which is for credentials; here write generate.password';
    findings.push({ rule: 'generate-place', message });
  }
  return { type: 'string', findings };
}

function wrongGenerate(
  { problem, name }: Extract<GenerateReading, { ok: false }>,
  place: ExpressionPlace,
): Finding {
  if (problem === 'function') {
    const known = GENERATE_FUNCTIONS.map((func) => `${GENERATE}.${func}`);
    const message = `calls ${GENERATE}.${wordOf(name, place)}; use ${listing(known, 'or')}`;
    return { rule: 'expression-function', message };
  }
  const { min, max } = PASSWORD_LENGTH;
  const message =
    `calls ${GENERATE}.${name} with arguments that it does not take; write a length from ${min} to ${max} ` +
    'and, if you like, a name of at most 63 letters, digits, ".", "_" and "-" in quotes';
  return { rule: 'expression-generate', message };
}

/** The sign of an operator, or the name of a function. */
function symbolOf(name: string): string {
  return /^\w+$/.test(name) ? name : name.replace(/^[@_]/, '').replace(/_$/, '');
}
