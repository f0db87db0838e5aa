// Bundles the plugin into one file, dist/kubectl-mesitis.cjs. Needs the workspaces built (`tsc -b`).
// `--analyze` prints what the bundle consists of.
import { build } from 'esbuild';
import { URL, fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Of the Kubernetes client only the kubeconfig is used (kube/src/client/config.ts). What else it drags along is nine
 * tenths of the bundle and is never called: its generated models and its own HTTP client.
 */
const unused = {
  // The package's index: everything, so only the two modules that are used.
  '@kubernetes/client-node': `
    export { KubeConfig } from '@kubernetes/client-node/dist/config.js';
    export { load as loadYaml } from 'js-yaml';`,
  './gen/index.js': `
    export class ServerConfiguration {}
    export const createConfiguration = () => { throw new Error('no typed API in this bundle'); };`,
  './gen/rxjsStub.js': `export const of = (value) => value;`,
  undici: `export class Agent {}; export class ProxyAgent {};`,
  // oclif looks for it when it runs from TypeScript sources.
  typescript: `export {};`,
};

const withoutUnused = {
  name: 'without-unused',
  setup({ onResolve, onLoad }) {
    onResolve(
      { filter: /^(@kubernetes\/client-node|undici|typescript|\.\/gen\/(index|rxjsStub)\.js)$/ },
      ({ path }) => ({
        path,
        namespace: 'unused',
      }),
    );
    onLoad({ filter: /.*/, namespace: 'unused' }, ({ path }) => ({
      contents: unused[path],
      resolveDir: here('.'),
    }));
  },
};

const { metafile } = await build({
  entryPoints: [here('./src/main.ts')],
  outfile: here('./dist/kubectl-mesitis.cjs'),
  bundle: true,
  platform: 'node',
  // Not an ES module: importing node:http as one reads all its exports, which loads Node's own HTTP client (40 ms).
  format: 'cjs',
  define: { 'import.meta.url': '__moduleUrl' },
  banner: { js: "const __moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  // Older than the project's own Node: the plugin runs on whatever Node its user has.
  target: 'node20',
  minify: true,
  keepNames: true,
  legalComments: 'none',
  alias: {
    // Its main entry finds its own parts in a way that no bundler can follow.
    'jsonc-parser': 'jsonc-parser/lib/esm/main.js',
    // The same code for browsers, which does not ask the environment about each token: an eighth of the time of lint.
    yaml: here('../node_modules/yaml/browser/dist/index.js'),
  },
  plugins: [withoutUnused],
  metafile: true,
  logLevel: 'warning',
});

for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
  process.stdout.write(`${file}: ${Math.round(bytes / 1000)} kB\n`);
}
if (process.argv.includes('--analyze')) {
  for (const [name, bytes] of sizes(metafile)) process.stdout.write(`${String(bytes).padStart(8)} ${name}\n`);
}

/** Bytes in the bundle by npm package, the largest first. */
function sizes({ outputs }) {
  const sums = new Map();
  for (const { inputs } of Object.values(outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const [, name = 'our own'] = /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules)/.exec(file) ?? [];
      sums.set(name, (sums.get(name) ?? 0) + bytesInOutput);
    }
  }
  return [...sums].sort(([, one], [, other]) => other - one);
}
