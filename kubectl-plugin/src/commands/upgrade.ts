import type { KubeObject } from '@mesitis/kube';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { MesitisCommand, patienceOf } from '../base-command.js';
import { clusterFlags, outputFlag, waitFlags } from '../flags.js';
import { isOpenTo, offeringsOf, readCatalog } from '../lib/catalog.js';
import { existingInstance } from '../lib/find-objects.js';
import { judgeChanged, sentence } from '../lib/judgements.js';
import { isDeleting } from '../lib/objects.js';
import { formatObject } from '../lib/output.js';
import { notMet } from '../lib/plugin-error.js';
import { instanceRef } from '../lib/service-catalog.js';
import { stateOf } from '../lib/state.js';
import { decideUpgrade, type UpgradeStep } from '../lib/upgrade.js';

/** Takes another version of what an instance has. */
export class Upgrade extends MesitisCommand {
  static override summary = 'take the version that the plan of an instance offers, or another plan';
  static override description =
    'A broker may offer a newer version of the plan that an instance has (status shows UpgradeAvailable): that is taken without --to. The versions of a Mesitis offering are plans, and so are the plans of others: --to names the one to change to.';
  static override examples = ['<%= config.bin %> upgrade db', '<%= config.bin %> upgrade api-service --to 2'];
  static override usage = 'upgrade INSTANCE [--to VERSION|PLAN] [flags]';
  static override args = {
    instance: Args.string({ required: true, ignoreStdin: true, description: 'the instance to upgrade' }),
  };
  static override flags = {
    ...outputFlag,
    to: Flags.string({ summary: 'the version or plan to change to', helpValue: 'VERSION' }),
    ...waitFlags,
    ...clusterFlags,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Upgrade);
    const patience = patienceOf(flags);
    const name = args.instance;
    const subject = { kind: 'instance', name } as const;
    await this.withCluster(flags, async (session) => {
      const { cluster, namespace } = session;
      const instance = await existingInstance(session, name);
      const state = stateOf(instance);
      if (state.kind === 'failed' || isDeleting(instance)) throw notMet(sentence(subject, state));
      const offerings = offeringsOf(await readCatalog(cluster, namespace));
      const open = offerings.filter((each) => isOpenTo(each, namespace));
      const step = decideUpgrade(instance, open, flags.to);
      if (step.kind === 'none') {
        await this.report(instance, `instance '${name}' has that version already`, flags.output);
        return;
      }
      const ref = instanceRef(namespace, name);
      const changed = await cluster.patch(ref, { type: 'merge', body: step.patch });
      const judge = judgeChanged(subject, { hasIt: step.hasIt, generation: changed.metadata.generation });
      const upgraded =
        patience === undefined
          ? changed
          : ((await this.awaitObject({ cluster, ref, subject, patience, judge })) ?? changed);
      await this.report(
        upgraded,
        `instance '${name}' ${patience === undefined ? 'is to have' : 'has'} ${targetOf(step)}`,
        flags.output,
      );
    });
  }

  private async report(
    instance: KubeObject,
    words: string,
    output: 'table' | 'json' | 'yaml' | 'name',
  ): Promise<void> {
    if (output === 'table') this.printSentence(words);
    else this.print(await formatObject(instance, output));
  }
}

function targetOf(step: Exclude<UpgradeStep, { kind: 'none' }>): string {
  return step.kind === 'maintenance' ? `version ${step.version}` : `${step.plan.offering}:${step.plan.plan}`;
}
