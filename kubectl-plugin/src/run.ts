import type { MesitisCommand } from './base-command.js';
import { cliConfig } from './cli-config.js';
import { COMMANDS, isCommand } from './commands/index.js';
import type { PluginContext, Screen } from './context.js';
import { EXIT } from './lib/exit-codes.js';
import { explainError } from './lib/explain-error.js';
import { nearest } from './lib/nearest.js';
import { plainLine } from './lib/plain-text.js';
import { usageError } from './lib/plugin-error.js';
import { spellBooleans } from './lib/spell-booleans.js';
import { wrapWords } from './lib/wrap-words.js';

/**
 * Runs one command line and returns the exit code; prints the error, if any, as one line on stderr. Commands are
 * constructed here and not through oclif's own dispatcher, because that has no way to hand them a context.
 * @param argv what came after `kubectl mesitis`
 */
export async function runCli(argv: readonly string[], context: PluginContext): Promise<number> {
  const id = argv[0];
  if (id === '__complete') {
    const { complete } = await import('./lib/completion/complete.js');
    context.terminal.out.write(await complete(argv.slice(1), context));
    return EXIT.ok;
  }
  try {
    if (asksForHelp(argv)) {
      await helpFor(argv, context.terminal.out);
      return EXIT.ok;
    }
    const command = await constructCommand(argv, context);
    await command.run();
    return command.exitCode;
  } catch (error) {
    const { message, exitCode, seeHelp } = explainError(error);
    const help = seeHelp && isCommand(id) ? `; see kubectl mesitis ${id} --help` : '';
    const { err } = context.terminal;
    err.write(`${wrapWords(plainLine(`error: ${message}${help}`), err.columns).join('\n')}\n`);
    return exitCode;
  }
}

async function constructCommand(argv: readonly string[], context: PluginContext): Promise<MesitisCommand> {
  const [id = '', ...rest] = argv[0] === '--version' ? ['version'] : argv;
  if (!isCommand(id)) throw unknownCommand(id);
  const command = await COMMANDS[id]();
  const booleans = Object.entries(command.flags ?? {})
    .filter(([, flag]) => flag.type === 'boolean')
    .map(([name]) => name);
  return new command(spellBooleans(rest, booleans), cliConfig(), context);
}

function unknownCommand(id: string): Error {
  if (id.startsWith('-')) return usageError(`flags come after the command: kubectl mesitis catalog ${id} …`);
  const guess = nearest(id, Object.keys(COMMANDS));
  return usageError(
    `unknown command '${id}'; ${guess === undefined ? 'see kubectl mesitis --help' : `did you mean ${guess}?`}`,
  );
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  return argv.length === 0 || argv[0] === 'help' || words.some((word) => word === '-h' || word === '--help');
}

async function helpFor(argv: readonly string[], screen: Screen): Promise<void> {
  const words = argv[0] === 'help' ? argv.slice(1) : argv;
  const id = words.find((word) => !word.startsWith('-'));
  if (id !== undefined && !isCommand(id)) throw unknownCommand(id);
  const { showHelp } = await import('./help.js');
  await showHelp(id, screen);
}
