import { expect, test } from '@jest/globals';
import { withLateRequires } from './late-requires.js';

/** Runs CommonJS, and tells what it exports and which modules it asked for, in order. */
function run(code: string): { exported: unknown; asked: string[] } {
  const asked: string[] = [];
  const modules: Record<string, unknown> = {
    a: { value: 1, f: (x: number) => x + 1, Base: Array },
    b: { value: 2 },
  };
  const module = { exports: {} as unknown };
  const require = (name: string): unknown => {
    asked.push(name);
    return modules[name];
  };
  // oxlint-disable-next-line typescript/no-implied-eval, typescript/no-unsafe-call
  new Function('module', 'require', '__toESM', code)(module, require, (loaded: object) => ({ ...loaded }));
  return { exported: module.exports, asked };
}

test.each([
  ['is asked for when it is used', 'module.exports = import_b.value;', 2, ['b']],
  [
    'is not asked for when it is not',
    'module.exports = () => import_a.value + import_b.value;',
    expect.anything(),
    [],
  ],
  ['is asked for once', 'module.exports = import_a.value + (0, import_a.f)(1);', 3, ['a']],
  ['may be a class to construct', 'module.exports = new import_a.Base(3).length;', 3, ['a']],
  ['may be a class to extend', 'class C extends import_a.Base {} module.exports = new C().length;', 0, ['a']],
  ['may be spread', 'module.exports = { ...import_a.value, ...import_b };', { value: 2 }, ['b', 'a']],
  [
    'leaves members of the same name alone',
    'const x = { import_a: 5 }; module.exports = x.import_a;',
    5,
    ['a'],
  ],
])('a module %s', (_, body, exported, asked) => {
  const code = `var import_a = require("a");\nvar import_b = __toESM(require("b"));\n${body}`;
  expect(run(withLateRequires(code))).toEqual({ exported, asked });
});
