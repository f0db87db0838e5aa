import { MesitisCommand } from '../base-command.js';
import { VERSION } from '../version.js';

/** Prints the plugin's version. */
export class Version extends MesitisCommand {
  static override summary = "print the plugin's version";
  static override examples = ['<%= config.bin %> version'];

  override async run(): Promise<void> {
    await this.parse(Version);
    this.print(
      `kubectl-mesitis ${VERSION} (node ${process.versions.node}, ${process.platform}-${process.arch})\n`,
    );
  }
}
