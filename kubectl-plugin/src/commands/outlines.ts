import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from '@oclif/core/command';
import { Config } from '@oclif/core/config';
import { PACKAGE_JSON } from '../package-json.js';

/** A command without its code: what oclif's manifest says of it. */
export type CommandOutline = Command.Cached;

/**
 * The outlines of all commands in the order of their names, read from their classes by oclif. The bundle holds the
 * result in this module's place (bundle/replacements.ts), so that help and completion load no command.
 */
export async function commandOutlines(): Promise<CommandOutline[]> {
  const { commands } = await oclifConfig();
  // What becomes of them in the bundle.
  return JSON.parse(JSON.stringify(commands)) as CommandOutline[];
}

/** oclif's own configuration, which finds and loads all commands. */
export async function oclifConfig(): Promise<Config> {
  const here = fileURLToPath(import.meta.url);
  const root = dirname(here);
  const target = `${root}/classes${extname(here)}`;
  const { oclif, ...pjson } = PACKAGE_JSON;
  return Config.load({
    root,
    ignoreManifest: true,
    userPlugins: false,
    devPlugins: false,
    pjson: {
      ...pjson,
      oclif: { ...oclif, commands: { strategy: 'explicit', target, identifier: 'CLASSES' } },
    },
  });
}
