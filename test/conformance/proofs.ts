import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { repositoryRoot } from '../cluster/folders.js';

/** A test of this suite, as its title says it. */
export interface Proof {
  /** The file's name without `.conformance.ts`. */
  file: string;
  /** The rules that it proves. */
  rules: readonly string[];
  /** The title without the rules; what a table of cases fills in is `…`. */
  title: string;
}

const ENDING = '.conformance.ts';

/** Where a table of cases fills in something, once or several times in a row. */
const CASE = /(?:%[sdj]|\$\w+)(?: (?:%[sdj]|\$\w+))*/g;
const CASE_AT_END = /(?:: | \()(?:%[sdj]|\$\w+)\)?$/;

/** The tests of all files of the suite, file after file, in the order in which they stand. */
export async function readProofs(): Promise<Proof[]> {
  const folder = join(repositoryRoot(), 'test', 'conformance');
  const files = (await readdir(folder)).filter((name) => name.endsWith(ENDING)).toSorted();
  const proofs = await Promise.all(
    files.map(async (name) =>
      proofsOf(name.slice(0, -ENDING.length), await readFile(join(folder, name), 'utf8')),
    ),
  );
  return proofs.flat();
}

/** The tests of one file. Those whose title names no rule have none. */
export function proofsOf(file: string, source: string): Proof[] {
  const proofs: Proof[] = [];
  const visit = (node: ts.Node): void => {
    const title = titleOf(node);
    if (title !== undefined) proofs.push({ file, ...read(title) });
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true));
  return proofs;
}

/** The title in `test('…', …)` and `test.each(…)('…', …)`. */
function titleOf(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node) || node.arguments.length < 2) return undefined;
  const [first] = node.arguments;
  const called = ts.isCallExpression(node.expression) ? node.expression.expression : node.expression;
  const isTest = /^test(\.each)?$/.test(called.getText());
  return isTest && first !== undefined && ts.isStringLiteralLike(first) ? first.text : undefined;
}

function read(title: string): Pick<Proof, 'rules' | 'title'> {
  const [numbers = ''] = /^([A-Z]+\d+ )*/.exec(title) ?? [];
  return {
    rules: numbers.split(' ').filter((rule) => rule !== ''),
    title: title.slice(numbers.length).replace(CASE_AT_END, '').replaceAll(CASE, '…'),
  };
}
