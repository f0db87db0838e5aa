import { fileURLToPath } from 'node:url';
import type { PluginContext, Screen } from '../context.js';
import { runCli } from '../run.js';

/**
 * The help text of a command as a pipe gets it: 80 columns, no colour.
 * @param extension of the module with the commands: `js` where it is compiled, `ts` in tests
 */
export async function helpOf(command: string, extension: 'js' | 'ts'): Promise<string> {
  let text = '';
  const screen: Screen = {
    write: (data) => {
      text += String(data);
    },
    isTTY: false,
    color: false,
    columns: undefined,
  };
  const unavailable = (): never => {
    throw new Error('a help text needs nothing from outside');
  };
  const context: PluginContext = {
    terminal: { out: screen, err: screen },
    connect: unavailable,
    readKubeconfigs: unavailable,
    pluginFolder: unavailable,
    readInput: unavailable,
    runCommand: unavailable,
    newId: unavailable,
    signal: new AbortController().signal,
    now: unavailable,
  };
  const root = fileURLToPath(new URL('../commands', import.meta.url));
  await runCli(['help', command], context, { root, target: `${root}/index.${extension}` });
  return text;
}
