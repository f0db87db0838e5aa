import { listing, nearest } from '../wording.js';
import { quoteName, wordOf, type Finding, type Judgement } from './finding.js';
import { GENERATE, GENERATE_FUNCTIONS } from './generate.js';
import type { ParameterFacts } from './parameter-facts.js';
import { MEMBERS, ROOTS, type ExpressionPlace, type RootName } from './place.js';
import { DYN, TYPE_NAMES, type TypeName } from './type-names.js';

/** A name that is no variable of a macro. */
export function judgeVariable(name: string, place: ExpressionPlace): Judgement {
  const root = ROOTS.find((known) => known === name);
  if (root !== undefined) {
    return { type: root === 'offering' ? 'string' : 'map', findings: judgeRoot(root, place) };
  }
  if (TYPE_NAMES.includes(name)) return { type: 'type', findings: [] };
  return { type: DYN, findings: [unknownVariable(name, place)] };
}

function unknownVariable(name: string, place: ExpressionPlace): Finding {
  if (name === GENERATE) {
    const calls = GENERATE_FUNCTIONS.map((known) => `${GENERATE}.${known}(length)`);
    return { rule: 'expression-generate', message: `uses generate as a value; call ${listing(calls, 'or')}` };
  }
  const meant = nearest(name, ROOTS);
  const remedy = meant === undefined ? `use ${listing(ROOTS, 'or')}` : `did you mean ${meant}`;
  const message = `uses ${quoteName(name, place)}, which is no variable; ${remedy}, or write $\${ for a literal \${`;
  return { rule: 'expression-name', message };
}

/** Whether one of the variables may be used in a place. */
function judgeRoot(root: RootName, { only }: ExpressionPlace): Finding[] {
  if (only === undefined || only.roots.includes(root)) return [];
  return [{ rule: only.rule, message: `must not use ${root}; ${only.because}` }];
}

/** A variable by its name, if it is one that has members. */
export function rootWithMembers(name: string | undefined): Exclude<RootName, 'offering'> | undefined {
  const root = ROOTS.find((known) => known === name);
  return root === 'offering' ? undefined : root;
}

/** A member of one of the variables. `isTested`: the expression asks whether it is there. */
export function judgeMember(
  root: Exclude<RootName, 'offering'>,
  key: string,
  isTested: boolean,
  place: ExpressionPlace,
): Judgement {
  const findings = judgeRoot(root, place);
  if (root === 'parameters') {
    const { parameters } = place;
    const type: TypeName = parameters?.known.get(key)?.type ?? DYN;
    const finding =
      parameters === undefined ? undefined : judgeParameter(key, isTested, { parameters, place });
    return { type, findings: finding === undefined ? findings : [...findings, finding] };
  }
  const known = MEMBERS[root];
  if (known.includes(key)) return { type: 'string', findings };
  const meant = nearest(key, known);
  const remedy = meant === undefined ? `use ${listing(known, 'or')}` : `did you mean ${meant}`;
  const message = `reads ${root}.${wordOf(key, place)}, which there is not; ${remedy}`;
  return { type: DYN, findings: [...findings, { rule: 'expression-name', message }] };
}

function judgeParameter(
  key: string,
  isTested: boolean,
  { parameters, place }: { parameters: ParameterFacts; place: ExpressionPlace },
): Finding | undefined {
  const fact = parameters.known.get(key);
  const name = `parameters.${wordOf(key, place)}`;
  if (fact === undefined && parameters.isClosed) {
    const meant = nearest(key, [...parameters.known.keys()]);
    const remedy = meant === undefined ? 'add it to the schema' : `did you mean ${meant}`;
    const message = `reads ${name}, which the schema of parameters does not have; ${remedy}`;
    return { rule: 'expression-parameter', message };
  }
  if (fact?.isGiven === true || isTested || parameters.isOpaque) return undefined;
  const message = `reads ${name}, which a consumer may leave out; require it, give it a default, or test has(${name})`;
  return { rule: 'expression-optional', message };
}
