import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { commandOutlines } from '../commands/outlines.js';
import { lateRequires } from './late-requires.js';
import { replacements } from './replacements.js';

/** The folder of the plugin's workspace, seen from `dist/bundle`. */
const WORKSPACE = new URL('../../', import.meta.url);

/** What is loaded late: our own modules and what they need in most commands. The others are loaded by few, as a whole. */
const LATE_FILES =
  /[/\\](kubectl-plugin[/\\]src|kube[/\\]dist|node_modules[/\\](@oclif[/\\]core|@kubernetes[/\\]client-node))[/\\].*\.[jt]s$/;

/** A bundle, not yet written. */
export interface Bundle {
  /** A CommonJS module in ASCII that exports `main`. */
  text: string;
  metafile: Metafile;
}

/** The plugin in one file. Needs the workspaces compiled (`tsc -b`). */
export async function bundlePlugin(): Promise<Bundle> {
  const here = (path: string): string => fileURLToPath(new URL(path, WORKSPACE));
  const { metafile, outputFiles } = await build({
    entryPoints: [here('src/main.ts')],
    outfile: here('dist/kubectl-mesitis.cjs'),
    bundle: true,
    platform: 'node',
    // Not an ES module: importing node:http as one reads all its exports, which loads Node's own HTTP client (40 ms).
    format: 'cjs',
    // Older than the project's own Node: the plugin runs on whatever Node its user has.
    target: 'node20',
    minify: true,
    legalComments: 'none',
    alias: {
      // Its main entry finds its own parts in a way that no bundler can follow.
      'jsonc-parser': 'jsonc-parser/lib/esm/main.js',
      // The same code for browsers, which does not ask the environment about each token: an eighth of the time of lint.
      yaml: here('../node_modules/yaml/browser/dist/index.js'),
    },
    plugins: [replacements(await commandOutlines()), lateRequires(LATE_FILES)],
    metafile: true,
    write: false,
    absWorkingDir: here('..'),
    logLevel: 'warning',
  });
  return { text: inAscii(outputFiles[0]?.text ?? ''), metafile };
}

/** Letters outside of ASCII, which esbuild leaves in patterns, make Node keep and read the whole file as two bytes each. */
function inAscii(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Bytes in a bundle by npm package, the largest first. */
export function sizesByPackage({ outputs }: Metafile): [string, number][] {
  const sums = new Map<string, number>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const { name } = packageOf(file) ?? { name: 'our own' };
      sums.set(name, (sums.get(name) ?? 0) + bytesInOutput);
    }
  }
  return [...sums].sort(([, one], [, other]) => other - one);
}

/**
 * The npm packages that a bundle has something of, in the order of their names, with their folders.
 * @param root of the repository
 */
export function packagesIn({ outputs }: Metafile, root: string): [string, string][] {
  const files = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const packages = files.map(packageOf).filter((each) => each !== undefined);
  const folders = new Map(packages.map(({ name, folder }) => [name, resolve(root, folder)]));
  return [...folders].sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The npm package that a file of a bundle belongs to, and its folder, seen from the root; undefined for our own. */
function packageOf(file: string): { name: string; folder: string } | undefined {
  const [, folder, name] = /^(?:late:)?(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(file) ?? [];
  return folder === undefined || name === undefined ? undefined : { name, folder };
}
