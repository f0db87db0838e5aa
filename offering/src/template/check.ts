import type { Path } from '../path.js';
import type { Position } from '../position.js';
import { recent } from '../recent.js';
import type { Report } from '../report.js';
import { RULES } from '../rules.js';
import { engine } from './engine.js';
import { MAX_EXPRESSION, parseExpression } from './expression.js';
import type { ExpressionPlace, RootName } from './place.js';
import { ROOTS } from './place.js';
import { scanTemplate, type TemplateScan } from './scan.js';
import { nameOf, nodesOf } from './syntax-tree.js';
import { TypeChecker } from './type-check.js';
import { article, type TypeName } from './type-names.js';

/** Where a template stands. */
interface Place {
  path: Path;
  position: Position;
}

/** The longest text of all expressions of a payload, in characters: parsing takes some 30 microseconds for each ten. */
const MAX_ALL = 32_768;

/** What the result of an expression may be. */
const SCALARS = ['string', 'int', 'uint', 'double', 'bool', 'dyn'];

/** The expressions of a payload, and of those beside it, are mostly the same few. Trees are only read here. */
const parseAgain = recent(parseExpression, { entries: 100, length: 128 });

/**
 * Notes everything that can be known to be wrong with the expressions of a string before they are evaluated.
 * @returns whether the string holds any
 */
export function checkTemplate(text: string, at: Place, place: ExpressionPlace, report: Report): boolean {
  const scan = scanTemplate(text);
  if (!scan.ok) {
    noteUnreadable(scan, at, report);
    return true;
  }
  const expressions = scan.parts.filter((part) => part.type === 'expression');
  for (const { code } of expressions) {
    const type = checkExpression(code, at, place, report);
    if (type !== undefined) checkResult(type, { isWhole: scan.parts.length === 1, place, at }, report);
  }
  return expressions.length > 0;
}

/** Notes an expression where there can be none. Returns whether there is one. */
export function refuseTemplate(text: string, at: Place, report: Report): boolean {
  const scan = scanTemplate(text);
  const holds = !scan.ok || scan.parts.some(({ type }) => type === 'expression');
  if (holds)
    report.add('expression-place', at, 'cannot hold an expression; write the value itself without ${');
  return holds;
}

/** The variables that the expressions of a string use. */
export function rootsOf(text: string): Set<RootName> {
  const scan = scanTemplate(text);
  const names = (scan.ok ? scan.parts : []).flatMap((part) => {
    const parsed = part.type === 'expression' ? parseAgain(part.code) : undefined;
    return parsed?.ok === true ? [...nodesOf(parsed.expr)].map(nameOf) : [];
  });
  return new Set(ROOTS.filter((root) => names.includes(root)));
}

/** Whether the value of a string can differ between two instances of an offering. */
export function tellsInstancesApart(text: string): boolean {
  const roots = rootsOf(text);
  return roots.has('instance') || roots.has('consumer') || roots.has('parameters');
}

function noteUnreadable({ problem }: Extract<TemplateScan, { ok: false }>, at: Place, report: Report): void {
  const what = problem === 'empty' ? 'an empty expression' : '${ without its }';
  report.add('expression-syntax', at, `holds ${what}; complete it, or write $\${ for a literal \${`);
}

/** The type of the result; undefined when there is nothing to say about it. */
function checkExpression(
  code: string,
  at: Place,
  place: ExpressionPlace,
  report: Report,
): TypeName | undefined {
  report.expressionLength += code.length;
  if (code.length > MAX_EXPRESSION) {
    const message = `holds an expression of ${code.length} characters; make it at most ${MAX_EXPRESSION} long`;
    report.add('expression-size', at, message);
    return undefined;
  }
  if (report.expressionLength > MAX_ALL) {
    // Once is enough: there may be thousands.
    if (report.expressionLength - code.length > MAX_ALL) return undefined;
    const message = `is where the expressions of the payload become longer than ${MAX_ALL} characters in all; use fewer`;
    report.add('expression-size', at, message);
    return undefined;
  }
  const parsed = parseAgain(code);
  if (!parsed.ok) {
    const message = `holds an expression that is not CEL from its character ${parsed.position} on; correct it, or write $\${ for a literal \${`;
    report.add('expression-cel', at, message);
    return undefined;
  }
  const checker = new TypeChecker(parsed.expr, place, engine().overloads);
  const type = checker.typeOf(parsed.expr);
  const seen = new Set<string>();
  for (const { rule, node, message } of checker.problems) {
    if (seen.has(message)) continue;
    seen.add(message);
    report.add(rule, at, `has an expression that, at its character ${parsed.positionOf(node)}, ${message}`);
  }
  return checker.problems.some(({ rule }) => RULES[rule].severity === 'error') ? undefined : type;
}

function checkResult(
  type: TypeName,
  { isWhole, place, at }: { isWhole: boolean; place: ExpressionPlace; at: Place },
  report: Report,
): void {
  if (!SCALARS.includes(type)) {
    const message = `has an expression that gives ${article(type)}; only a string, a number or a boolean may stand here`;
    report.add('expression-type', at, message);
  } else if (isWhole && place.isText === true && type !== 'string' && type !== 'dyn') {
    const message = `has an expression that gives ${article(type)} where text is needed; write string(…) around it`;
    report.add('expression-type', at, message);
  }
}
