import { parse } from '@babel/parser';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
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
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    else if (isNode(node)) {
      const title = titleOf(node);
      if (title !== undefined) proofs.push({ file, ...read(title) });
      Object.values(node).forEach(visit);
    }
  };
  visit(parse(source, { sourceType: 'module', plugins: ['typescript'] }).program);
  return proofs;
}

/** A node of the syntax tree, as its specification (ESTree, with Babel's literals) has it. */
type SyntaxNode = Record<string, unknown> & { type: string };

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** The title in `test('…', …)` and `test.each(…)('…', …)`. */
function titleOf(node: SyntaxNode): string | undefined {
  if (node.type !== 'CallExpression' || !Array.isArray(node['arguments'])) return undefined;
  const [title, ...rest] = node['arguments'] as unknown[];
  return isTest(node['callee']) && rest.length > 0 ? textOf(title) : undefined;
}

function isTest(callee: unknown): boolean {
  if (!isNode(callee)) return false;
  if (callee.type !== 'CallExpression') return isNamed(callee, 'test');
  const called = callee['callee'];
  return isNode(called) && isNamed(called['object'], 'test') && isNamed(called['property'], 'each');
}

function isNamed(node: unknown, name: string): boolean {
  return isNode(node) && node.type === 'Identifier' && node['name'] === name;
}

function textOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'StringLiteral' && typeof node['value'] === 'string'
    ? node['value']
    : undefined;
}

function read(title: string): Pick<Proof, 'rules' | 'title'> {
  const [numbers = ''] = /^([A-Z]+\d+ )*/.exec(title) ?? [];
  return {
    rules: numbers.split(' ').filter((rule) => rule !== ''),
    title: title.slice(numbers.length).replace(CASE_AT_END, '').replaceAll(CASE, '…'),
  };
}
