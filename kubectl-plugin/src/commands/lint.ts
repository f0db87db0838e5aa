import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { MesitisCommand } from '../base-command.js';
import { explainRule } from '../lib/explain-topic.js';
import { countFindings, type FileReport } from '../lib/lint/finding.js';
import { LINT_OUTPUTS } from '../lib/lint/outputs.js';
import { readSources } from '../lib/lint/read-sources.js';
import { inputError, notMet, usageError } from '../lib/plugin-error.js';

/** Holds files to the rules of the webhook, without a cluster. */
export class Lint extends MesitisCommand {
  static override summary = 'check the ConfigMaps of offerings in files, without a cluster';
  static override description =
    'Reads YAML and JSON: files, whole folders, or standard input (-), as helm template and kustomize build write it. ConfigMaps with the label mesitis/kind are held to the rules that the webhook and the broker hold them to; everything else is passed over. Exit code 0: nothing to say; 1: rules are broken; 2: something can not be read.';
  static override examples = [
    '<%= config.bin %> lint offerings/',
    'helm template charts/api | <%= config.bin %> lint -',
    '<%= config.bin %> lint entry.yaml --output sarif > lint.sarif',
    '<%= config.bin %> lint --explain MES060',
  ];
  static override usage = 'lint FILE|DIR|-... [flags]';
  static override strict = false;
  static override args = {
    file: Args.string({ ignoreStdin: true, description: 'a file, a folder, or - for standard input' }),
  };
  static override flags = {
    output: Flags.option({
      char: 'o',
      summary: 'the output format',
      options: LINT_OUTPUTS,
      default: 'human' as const,
    })(),
    'fail-on': Flags.option({
      summary: 'what exit code 1 takes',
      options: ['error', 'warning'] as const,
      default: 'error' as const,
    })(),
    explain: Flags.string({ summary: 'say what a rule asks for', helpValue: 'RULE' }),
  };

  override async run(): Promise<void> {
    const { argv, flags } = await this.parse(Lint);
    const names = argv as string[];
    if (flags.explain !== undefined) {
      this.printSentence(await explainRule(flags.explain));
      return;
    }
    if (names.length === 0) throw usageError('name a file, a folder, or - for standard input');
    const read = await readSources(names, () => this.context.readInput());
    // Late: the engine behind the rules is most of the plugin, and no other command needs it.
    const { formatReports } = await import('../lib/lint/formats.js');
    const { lintFiles } = await import('../lib/lint/lint-files.js');
    const { reports, unusable } = lintFiles(read.sources);
    this.print(formatReports(reports, flags.output));
    const problems = [...read.unusable, ...unusable];
    if (problems.length > 0) throw inputError(problems.join('; '));
    const { errors, warnings } = countFindings(reports);
    const summary = summarize(reports, errors, warnings);
    if (errors > 0 || (warnings > 0 && flags['fail-on'] === 'warning')) throw notMet(summary);
    this.tell(summary);
  }
}

function summarize(reports: readonly FileReport[], errors: number, warnings: number): string {
  const configMaps = reports.reduce((sum, report) => sum + report.configMaps.length, 0);
  if (configMaps === 0) return `no ConfigMap with the label mesitis/kind in ${many(reports.length, 'file')}`;
  const where = `${many(configMaps, 'ConfigMap')} of ${many(reports.length, 'file')}`;
  if (errors + warnings === 0) return `${where}: nothing to say`;
  return `${where}: ${many(errors, 'error')}, ${many(warnings, 'warning')}`;
}

function many(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
