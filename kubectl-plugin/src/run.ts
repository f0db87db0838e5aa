import { Config } from '@oclif/core/config';
import { Help } from '@oclif/core/help';
import type { MesitisCommand } from './base-command.js';
import { COMMANDS } from './commands/index.js';
import type { PluginContext, Screen } from './context.js';
import { EXIT } from './lib/exit-codes.js';
import { explainError } from './lib/explain-error.js';
import { nearest } from './lib/nearest.js';
import { plainLine } from './lib/plain-text.js';
import { usageError } from './lib/plugin-error.js';
import { spellBooleans } from './lib/spell-booleans.js';
import { wrapWords } from './lib/wrap-words.js';
import { VERSION } from './version.js';

/** Where oclif finds the module that exports `COMMANDS`: the bundle itself, or `commands/index` beside this file. */
export interface CommandsModule {
  /** The folder that `target` is relative to. */
  root: string;
  target: string;
}

type CommandConstructor = new (argv: string[], config: Config, context: PluginContext) => MesitisCommand;

/**
 * Runs one command line and returns the exit code; prints the error, if any, as one line on stderr. Commands are
 * constructed here and not through oclif's own dispatcher, because that has no way to hand them a context.
 * @param argv what came after `kubectl mesitis`
 */
export async function runCli(
  argv: readonly string[],
  context: PluginContext,
  commands: CommandsModule,
): Promise<number> {
  const id = argv[0];
  if (id === '__complete') {
    const { complete } = await import('./lib/completion/complete.js');
    context.terminal.out.write(await complete(argv.slice(1), context));
    return EXIT.ok;
  }
  try {
    const config = await loadConfig(commands);
    if (asksForHelp(argv)) {
      await showHelp(argv, config, context.terminal.out);
      return EXIT.ok;
    }
    const command = constructCommand(argv, config, context);
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

/** The oclif configuration, given here rather than in package.json, which a bundle does not have beside it. */
async function loadConfig({ root, target }: CommandsModule): Promise<Config> {
  return Config.load({
    root,
    ignoreManifest: true,
    userPlugins: false,
    devPlugins: false,
    pjson: {
      name: 'kubectl-mesitis',
      version: VERSION,
      type: 'module',
      description: 'Services that other teams in your cluster offer: see, provision, bind, give back.',
      oclif: {
        bin: 'kubectl mesitis',
        // Without it the directory names hold a blank.
        dirname: 'kubectl-mesitis',
        topicSeparator: ' ',
        additionalHelpFlags: ['-h'],
        commands: { strategy: 'explicit', target, identifier: 'COMMANDS' },
      },
    },
  });
}

function constructCommand(argv: readonly string[], config: Config, context: PluginContext): MesitisCommand {
  const [id = '', ...rest] = argv[0] === '--version' ? ['version'] : argv;
  if (!isCommand(id)) throw unknownCommand(id);
  const command: CommandConstructor & { flags?: Record<string, { type: string }> } = COMMANDS[id];
  const booleans = Object.entries(command.flags ?? {})
    .filter(([, flag]) => flag.type === 'boolean')
    .map(([name]) => name);
  return new command(spellBooleans(rest, booleans), config, context);
}

function isCommand(id: string | undefined): id is keyof typeof COMMANDS {
  return id !== undefined && Object.hasOwn(COMMANDS, id);
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

async function showHelp(argv: readonly string[], config: Config, screen: Screen): Promise<void> {
  const words = argv[0] === 'help' ? argv.slice(1) : argv;
  const id = words.find((word) => !word.startsWith('-'));
  if (id !== undefined && !isCommand(id)) throw unknownCommand(id);
  await new ScreenHelp(config, screen).showHelp(id === undefined ? [] : [id]);
}

/** oclif's help, written to a screen of ours. */
class ScreenHelp extends Help {
  readonly #screen: Screen;

  constructor(config: Config, screen: Screen) {
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
