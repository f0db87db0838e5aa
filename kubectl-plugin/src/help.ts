import { Help } from '@oclif/core/help';
import { cliConfig } from './cli-config.js';
import type { CommandName } from './commands/index.js';
import { commandOutlines } from './commands/outlines.js';
import type { Screen } from './context.js';

/** Writes the help of a command, or of all of them when none is named, to a screen. */
export async function showHelp(command: CommandName | undefined, screen: Screen): Promise<void> {
  const config = cliConfig(await commandOutlines());
  await new ScreenHelp(config, screen).showHelp(command === undefined ? [] : [command]);
}

/** oclif's help, written to a screen of ours. */
export class ScreenHelp extends Help {
  readonly #screen: Screen;

  constructor(config: ConstructorParameters<typeof Help>[0], screen: Screen) {
    super(config, {
      maxWidth: screen.columns ?? 80,
      stripAnsi: !screen.color,
      flagSortOrder: 'none',
      hideCommandSummaryInDescription: true,
    });
    this.#screen = screen;
  }

  protected override log(...lines: string[]): void {
    this.#screen.write(`${lines.join(' ')}\n`);
  }
}
