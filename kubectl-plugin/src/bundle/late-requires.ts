import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { transform, type Loader, type Plugin } from 'esbuild';

/** Where the modules of {@link lateRequires} live: esbuild takes those of the file system for ES modules, as their package says. */
export const LATE = 'late';
/** The module of the functions that esbuild writes into each CommonJS module. */
const HELPERS = 'helpers-of-late-modules';
/** Marks a look-up as the plugin's own. */
const ASKED = Symbol('asked');

/**
 * An esbuild plugin that lets modules load what they import when they first use it, and not before ("inline
 * requires"). What takes most of the time of a start is to evaluate modules that nothing comes to use, and those of
 * Node that they ask for.
 * @param filter which files, by their path
 */
export function lateRequires(filter: RegExp): Plugin {
  return {
    name: 'late-requires',
    setup(build) {
      const { target } = build.initialOptions;
      const toCommonJs = async (source: string, loader: Loader): Promise<string> => {
        const options = { loader, format: 'cjs', platform: 'node' } as const;
        const { code } = await transform(source, {
          ...options,
          ...(target === undefined ? {} : { target }),
        });
        return code;
      };
      build.onResolve({ filter: /.*/ }, async ({ path, pluginData, ...from }) => {
        if (pluginData === ASKED) return undefined;
        if (path === HELPERS) return { path, namespace: LATE };
        const place = from.namespace === LATE ? { ...from, namespace: 'file' } : from;
        const found = await build.resolve(path, { ...place, pluginData: ASKED });
        const isLate = found.namespace === 'file' && !found.external && filter.test(found.path);
        return isLate ? { path: found.path, namespace: LATE } : found;
      });
      const helpers = toCommonJs(SAMPLE, 'js').then(helpersIn);
      build.onLoad({ filter: new RegExp(`^${HELPERS}$`), namespace: LATE }, async () => {
        const all = [...(await helpers)];
        const names = all.map(([name]) => name).join(', ');
        return { contents: `${all.map(([, text]) => text).join('')}module.exports = { ${names} };` };
      });
      build.onLoad({ filter: /.*/, namespace: LATE }, async ({ path }) => {
        const code = await toCommonJs(await readFile(path, 'utf8'), path.endsWith('.ts') ? 'ts' : 'js');
        const contents = withLateRequires(withSharedHelpers(code, await helpers));
        return { contents, loader: 'js', resolveDir: dirname(path) };
      });
    },
  };
}

/** Makes esbuild write all its functions for imports and exports. */
const SAMPLE = `import a from 'a'; export * from 'b'; export { a };`;

/** The functions that esbuild writes into each CommonJS module, by their names. */
function helpersIn(code: string): Map<string, string> {
  const found = code.matchAll(/^var (__\w+) = (?:.*;|.*\n(?: .*\n)+};?.*)\n/gm);
  return new Map(Array.from(found, ([text, name = '']) => [name, text]));
}

/** The code with those of esbuild's functions that it has taken from the one module that has them. */
function withSharedHelpers(code: string, helpers: ReadonlyMap<string, string>): string {
  const found = [...helpers].filter(([, text]) => code.includes(text));
  if (found.length === 0) return code;
  const rest = found.reduce((left, [, text]) => left.replace(text, ''), code);
  return `const { ${found.map(([name]) => name).join(', ')} } = require("${HELPERS}");\n${rest}`;
}

const REQUIRE = /^(?:const|var) (\w+) = ((?:\w+\()?require\("[^"]+"\)(?:, 1)?\)?);$/gm;

/**
 * CommonJS as esbuild and tsc write it, with what each `require` gives asked for where it is used. A name that is not
 * only looked into (`name.member`) stays as it is. Pure.
 */
export function withLateRequires(code: string): string {
  const requires = Array.from(code.matchAll(REQUIRE), ([statement, name = '', value = '']) => ({
    statement,
    name,
    value,
  }));
  const late = requires.filter(({ statement, name }) =>
    [...code.replace(statement, '').matchAll(uses(name))].every(([, next]) => next === '.'),
  );
  if (late.length === 0) return code;
  const rest = late.reduce(
    (text, { statement, name }) => text.replace(statement, '').replace(uses(name), `late$$.${name}.`),
    code,
  );
  const getters = late.map(({ name, value }) => `get ${name}() { return loaded$.${name} ??= ${value}; }`);
  return `const loaded$ = {}, late$ = { ${getters.join(', ')} };\n${rest}`;
}

/** The name where it is a variable: not as a member, though after the dots of a spread; with the character behind it. */
function uses(name: string): RegExp {
  return new RegExp(`(?<![\\w$])(?<!(?<!\\.\\.)\\.)${name}(?![\\w$])(.?)`, 'g');
}
