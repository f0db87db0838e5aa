import type { Config } from '@oclif/core/config';
import type { MesitisCommand } from '../base-command.js';
import type { PluginContext } from '../context.js';

/** The class of a command, as far as the runner needs it. */
export interface CommandClass {
  new (argv: string[], config: Config, context: PluginContext): MesitisCommand;
  flags?: Record<string, { type: string }>;
}

/**
 * Every command by its name. A command's module is loaded when it runs; help and completion read
 * {@link commandOutlines} instead.
 */
export const COMMANDS = {
  bind: async (): Promise<CommandClass> => (await import('./bind.js')).Bind,
  catalog: async (): Promise<CommandClass> => (await import('./catalog.js')).Catalog,
  completion: async (): Promise<CommandClass> => (await import('./completion.js')).Completion,
  consumers: async (): Promise<CommandClass> => (await import('./consumers.js')).Consumers,
  deprovision: async (): Promise<CommandClass> => (await import('./deprovision.js')).Deprovision,
  doctor: async (): Promise<CommandClass> => (await import('./doctor.js')).Doctor,
  explain: async (): Promise<CommandClass> => (await import('./explain.js')).Explain,
  init: async (): Promise<CommandClass> => (await import('./init.js')).Init,
  lint: async (): Promise<CommandClass> => (await import('./lint.js')).Lint,
  plan: async (): Promise<CommandClass> => (await import('./plan.js')).Plan,
  provision: async (): Promise<CommandClass> => (await import('./provision.js')).Provision,
  register: async (): Promise<CommandClass> => (await import('./register.js')).Register,
  rotate: async (): Promise<CommandClass> => (await import('./rotate.js')).Rotate,
  secret: async (): Promise<CommandClass> => (await import('./secret.js')).Secret,
  status: async (): Promise<CommandClass> => (await import('./status.js')).Status,
  unbind: async (): Promise<CommandClass> => (await import('./unbind.js')).Unbind,
  upgrade: async (): Promise<CommandClass> => (await import('./upgrade.js')).Upgrade,
  version: async (): Promise<CommandClass> => (await import('./version.js')).Version,
  wait: async (): Promise<CommandClass> => (await import('./wait.js')).Wait,
};

/** The name of a command. */
export type CommandName = keyof typeof COMMANDS;

/** Whether a word is the name of a command. */
export function isCommand(word: string | undefined): word is CommandName {
  return word !== undefined && Object.hasOwn(COMMANDS, word);
}
