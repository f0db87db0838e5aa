import type { PluginContext, Screen } from '../context.js';
import { runCli } from '../run.js';

/** The help text of a command as a pipe gets it: 80 columns, no colour. */
export async function helpOf(command: string): Promise<string> {
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
  await runCli(['help', command], context);
  return text;
}
