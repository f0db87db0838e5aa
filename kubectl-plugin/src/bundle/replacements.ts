import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import type { CommandOutline } from '../commands/outlines.js';
import { LATE } from './late-requires.js';

/**
 * By the name in the import. Of the Kubernetes client only the kubeconfig is used (kube/src/client/client-credentials.ts); what else
 * it drags along is never called: its generated models and its own HTTP client.
 */
const IMPORTS: Readonly<Record<string, string>> = {
  // The package's index: everything, so only the module that is used.
  '@kubernetes/client-node': `export { KubeConfig } from '@kubernetes/client-node/dist/config.js';`,
  './gen/index.js': `
    export class ServerConfiguration {}
    export const createConfiguration = () => { throw new Error('no typed API in this bundle'); };`,
  './gen/rxjsStub.js': `export const of = (value) => value;`,
  undici: `export class Agent {}; export class ProxyAgent {};`,
  // oclif looks for it when it runs from TypeScript sources.
  typescript: `export {};`,
  // oclif's own trace, which says nothing to a user of the plugin.
  debug: `export default () => Object.assign(() => {}, { enabled: false });`,
  // A template compiler, of which help needs a value by its path.
  ejs: `
    const valueAt = (context, path) => path.split('.').reduce((value, key) => value?.[key], context);
    const render = (template, context) => template.replace(/<%= ?([\\w.]+) ?%>/g, (_, path) => valueAt(context, path));
    export default { render };`,
  // Nearly all text is ASCII, and the patterns for all else take long to compile.
  'string-width': `
    const ofAll = () => require('string-width/index.js');
    module.exports = (text) => (/^[ -~]*$/.test(text) ? text.length : ofAll()(text));`,
};

/** By the end of the path. Of oclif the plugin uses commands, their parser and help (cli-config.ts). */
const FILES: Readonly<Record<string, string>> = {
  '@oclif/core/lib/config/index.js': `exports.Config = undefined;`,
  '@oclif/core/lib/ux/action/spinner.js': `exports.default = class {};`,
};

/**
 * An esbuild plugin that puts something smaller in the place of modules that the plugin does not use, or not as a whole.
 * @param outlines of the commands (commands/outlines.ts)
 */
export function replacements(outlines: readonly CommandOutline[]): Plugin {
  const json = JSON.stringify(JSON.stringify(outlines));
  const files: Readonly<Record<string, string>> = {
    ...FILES,
    'src/commands/outlines.ts': `exports.commandOutlines = async () => JSON.parse(${json});`,
  };
  return {
    name: 'replacements',
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path }) =>
        Object.hasOwn(IMPORTS, path) ? { path, namespace: 'replacement' } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'replacement' }, ({ path }) => ({
        contents: IMPORTS[path] ?? '',
        resolveDir: dirname(fileURLToPath(import.meta.url)),
      }));
      build.onLoad({ filter: /.*/, namespace: LATE }, ({ path }) => {
        const file = path.replaceAll('\\', '/');
        const [, contents] = Object.entries(files).find(([end]) => file.endsWith(`/${end}`)) ?? [];
        return contents === undefined ? undefined : { contents };
      });
    },
  };
}
