import * as Flags from '@oclif/core/flags';
import { MesitisCommand } from '../base-command.js';
import { clusterFlags } from '../flags.js';
import { colorsFor } from '../lib/colors.js';
import { notMet } from '../lib/plugin-error.js';
import { VERSION } from '../version.js';

/** Looks for what is wrong with the installation. */
export class Doctor extends MesitisCommand {
  static override summary = 'find out what is wrong with the platform, and what to do';
  static override description =
    'Looks at the API, the webhook and its certificate, the brokers, your rights in the namespace, versions, and what an older Service Catalog left behind. It only reads. What you may not look at is unknown; exit code 1 is for problems, not for warnings.';
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --namespace client-ns --output json',
  ];
  static override usage = 'doctor [flags]';
  static override flags = {
    output: Flags.option({
      char: 'o',
      summary: 'the output format',
      options: ['table', 'json'] as const,
      default: 'table' as const,
    })(),
    ...clusterFlags,
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    await this.withCluster(flags, async ({ cluster, namespace }) => {
      const { examine, reportText } = await import('../lib/doctor/report.js');
      const checks = await examine({ cluster, namespace, now: this.context.now() }, VERSION);
      const { out } = this.terminal;
      this.print(
        flags.output === 'json'
          ? `${JSON.stringify({ checks }, null, 2)}\n`
          : reportText(checks, colorsFor(out), out.columns),
      );
      if (checks.some(({ verdict }) => verdict === 'unknown')) {
        this.tell('What is unknown an administrator may look at: have them run kubectl mesitis doctor.');
      }
      const problems = checks.filter(({ verdict }) => verdict === 'problem').length;
      if (problems > 0) throw notMet(problems === 1 ? '1 problem' : `${problems} problems`);
    });
  }
}
