import * as Flags from '@oclif/core/flags';
import { MesitisCommand, type Session } from '../base-command.js';
import { clusterFlags } from '../flags.js';
import { readSources } from '../lib/lint/read-sources.js';
import type { NamespacePlan } from '../lib/plan/plan-namespace.js';
import { inputError, notMet } from '../lib/plugin-error.js';

interface PlanFlags {
  filename: string[];
  namespace?: string | undefined;
  prune: boolean;
  output: 'table' | 'json';
}

/** Says what publishing would change, and for whom. */
export class Plan extends MesitisCommand {
  static override summary = 'see what publishing files would change, and whom it would break';
  static override description =
    'Compares the ConfigMaps of offerings in files with those in the cluster, and looks for the instances that the difference breaks, as the webhook does when they are published. Nothing is written. ConfigMaps go to the namespace that they name, else to -n; with both, they have to agree. One that has lost the label mesitis/kind is taken back, as it is by kubectl apply. Whom it breaks is told as far as you may list instances in all namespaces. Exit code 0: nothing breaks, the author allows it, or it can not be told; 1: the change would be refused; 2: a file can not be used; 3: the cluster said no.';
  static override examples = [
    '<%= config.bin %> plan -f offerings/ --namespace provider-ns',
    'helm template charts/api | <%= config.bin %> plan -f - -n provider-ns --prune',
    '<%= config.bin %> plan -f entry.yaml --output json',
  ];
  static override usage = 'plan -f FILE|DIR|-... [--prune] [flags]';
  static override flags = {
    filename: Flags.string({
      char: 'f',
      summary: 'a file, a folder, or - for standard input; repeat it for more',
      multiple: true,
      multipleNonGreedy: true,
      required: true,
      helpValue: 'FILE',
    }),
    prune: Flags.boolean({ summary: 'what the files do not hold is taken back' }),
    output: Flags.option({
      char: 'o',
      summary: 'the output format',
      options: ['table', 'json'] as const,
      default: 'table' as const,
    })(),
    ...clusterFlags,
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(Plan);
    await this.withCluster(flags, (session) => this.plan(session, flags));
  }

  private async plan({ cluster, namespace }: Session, flags: PlanFlags): Promise<void> {
    const read = await readSources(flags.filename, () => this.context.readInput());
    // Late: the engine behind the rules is most of the plugin, and few commands need it.
    const { proposedBy } = await import('../lib/plan/proposed.js');
    const target = { namespace, only: flags.namespace !== undefined };
    const { byNamespace, unusable } = proposedBy(read.sources, target);
    const problems = [...read.unusable, ...unusable];
    if (problems.length > 0) throw inputError(problems.join('; '));
    const { isRefused, planNamespace } = await import('../lib/plan/plan-namespace.js');
    const plans: NamespacePlan[] = [];
    for (const [name, proposal] of [...byNamespace].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
      const request = { namespace: name, ...proposal, prune: flags.prune };
      const plan = await planNamespace(cluster, request, { signal: this.context.signal });
      if (plan !== undefined) plans.push(plan);
    }
    if (plans.length === 0)
      throw inputError(`no ConfigMap with the label mesitis/kind in ${flags.filename.join(', ')}`);
    const { planJson, planSummary, planTables } = await import('../lib/plan/format.js');
    this.print(flags.output === 'json' ? planJson(plans) : planTables(plans, this.terminal.out));
    const summary = planSummary(plans);
    if (plans.some(isRefused)) throw notMet(summary);
    this.tell(summary);
  }
}
