import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { MesitisCommand } from '../base-command.js';
import { completionScript } from '../lib/completion/script.js';
import { inputError, usageError } from '../lib/plugin-error.js';

/** Sets up completion by the tab key. */
export class Completion extends MesitisCommand {
  static override summary = "set up completion by the tab key, through kubectl's own";
  static override description =
    "kubectl (1.26 and newer) completes what stands behind the plugin's name by running kubectl_complete-mesitis. This writes that script to where kubectl finds the plugin, or prints it. kubectl's own completion has to be on in your shell: source <(kubectl completion bash), or zsh, fish, powershell.";
  static override examples = [
    '<%= config.bin %> completion --install',
    '<%= config.bin %> completion --install --dir ~/bin',
    '<%= config.bin %> completion > ~/bin/kubectl_complete-mesitis',
  ];
  static override usage = 'completion [--install [--dir DIR]]';
  static override flags = {
    install: Flags.boolean({ summary: 'write the script, instead of printing it' }),
    dir: Flags.string({ summary: 'the folder to write it to; it has to be on the PATH', helpValue: 'DIR' }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(Completion);
    const { file: name, text: script } = completionScript(process.platform === 'win32');
    if (!flags.install) {
      if (flags.dir !== undefined) throw usageError('--dir is where --install writes: add --install');
      this.print(script);
      return;
    }
    const folder = flags.dir ?? (await this.context.pluginFolder());
    if (folder === undefined) {
      throw inputError('kubectl-mesitis is on no folder of the PATH: choose one with --dir');
    }
    const file = join(folder, name);
    await install(file, script);
    this.printSentence(`completion is set up: ${file}`);
    this.tell(
      "It works in shells in which kubectl's own completion is on, as in: source <(kubectl completion bash)",
    );
  }
}

/** Writes the script unless somebody else's file has the name. Throws PluginError (exit code 2). */
async function install(file: string, script: string): Promise<void> {
  const present = await readFile(file, 'utf8').catch(() => undefined);
  if (present !== undefined && !present.includes('__complete')) {
    throw inputError(`${file} is something else: move it away, or choose another folder with --dir`);
  }
  // The one that came with the plugin does the same, and may be a link into it.
  if (present !== undefined && present !== script) return;
  try {
    await writeFile(file, script, { mode: 0o755 });
  } catch (error) {
    throw inputError(
      `${file} can't be written: ${(error as Error).message}; choose another folder with --dir`,
    );
  }
}
