import { expect, test } from '@jest/globals';
import { MemoryKube } from '@mesitis/kube/memory';
import { COMMANDS } from './commands/index.js';
import { oclifConfig } from './commands/outlines.js';
import { ScreenHelp } from './help.js';
import { runPlugin } from './testing/run-plugin.js';

/** What oclif shows with its own configuration, which loads every command. */
async function helpByOclif(command: string[], columns: number, color: boolean): Promise<string> {
  let text = '';
  const write = (data: string | Uint8Array): void => void (text += String(data));
  const screen = { write, isTTY: true, color, columns };
  await new ScreenHelp(await oclifConfig(), screen).showHelp(command);
  return text;
}

test.each(['', ...Object.keys(COMMANDS)])("the help of '%s' is oclif's, at any width", async (name) => {
  const command = name === '' ? [] : [name];
  for (const terminal of [
    { columns: 80, color: false },
    { columns: 47, color: true },
    { columns: 132, color: true },
  ]) {
    const { out } = await runPlugin([...command, '--help'], new MemoryKube(), { terminal });
    expect(out).toBe(await helpByOclif(command, terminal.columns, terminal.color));
  }
});
