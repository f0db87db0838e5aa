import type { JsonObject } from '@mesitis/kube';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { MesitisCommand, patienceOf } from '../base-command.js';
import { clusterFlags, outputFlag, waitFlags } from '../flags.js';
import { parseDuration } from '../lib/duration.js';
import { chooseBinding } from '../lib/find-objects.js';
import { judgeRotated, sentence } from '../lib/judgements.js';
import { isDeleting, listAt, nameOf, textAt } from '../lib/objects.js';
import { formatObject } from '../lib/output.js';
import { notMet, usageError } from '../lib/plugin-error.js';
import { bindingRef, secretNameOf } from '../lib/service-catalog.js';
import { stateOf } from '../lib/state.js';

/** Asks for new credentials in the Secret of a binding. */
export class Rotate extends MesitisCommand {
  static override summary = 'get new credentials for a binding, in the same Secret';
  static override description =
    'The broker makes a successor of the binding, whose credentials take the place of the old ones in the Secret. The old ones go on working for an hour, or for --overlap. Mounted files follow by themselves; Pods that read environment variables have to be restarted. BINDING may also be the name of an instance that has exactly one binding.';
  static override examples = [
    '<%= config.bin %> rotate api-service',
    '<%= config.bin %> rotate reporting --overlap 10m',
  ];
  static override usage = 'rotate BINDING [--overlap DURATION] [flags]';
  static override args = {
    binding: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'the binding, or an instance with one binding',
    }),
  };
  static override flags = {
    // First one with a letter: oclif aligns the list by its first line.
    ...outputFlag,
    overlap: Flags.string({
      summary: 'how long the old credentials go on working, from now on for this binding',
      helpValue: 'DURATION',
    }),
    ...waitFlags,
    ...clusterFlags,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Rotate);
    const patience = patienceOf(flags);
    const { overlap } = flags;
    if (overlap !== undefined && parseDuration(overlap) === undefined) {
      throw usageError(`--overlap '${overlap}' is not a duration above 0: write 10m or 1h`);
    }
    await this.withCluster(flags, async (session) => {
      const { cluster, namespace } = session;
      const binding = await chooseBinding(session, args.binding, 'rotate');
      const name = nameOf(binding);
      const subject = { kind: 'binding', name } as const;
      const state = stateOf(binding);
      if (state.kind === 'failed' || isDeleting(binding)) throw notMet(sentence(subject, state));
      // Any text that was not there before asks again.
      const text = new Date(this.context.now()).toISOString();
      const annotations: JsonObject = {
        'mesitis/rotate': text,
        ...(overlap === undefined ? {} : { 'mesitis/rotation-overlap': overlap }),
      };
      const ref = bindingRef(namespace, name);
      const asked = await cluster.patch(ref, { type: 'merge', body: { metadata: { annotations } } });
      const judge = judgeRotated(subject, { text, before: textAt(binding['status'], 'currentBindingID') });
      const rotated =
        patience === undefined
          ? asked
          : ((await this.awaitObject({ cluster, ref, subject, patience, judge })) ?? asked);
      if (flags.output !== 'table') {
        this.print(await formatObject(rotated, flags.output));
        return;
      }
      if (patience === undefined) {
        this.printSentence(`new credentials requested for binding '${name}'`);
        return;
      }
      const end = listAt(rotated['status'], 'predecessors')
        .map((each) => textAt(each, 'unbindAt') ?? '')
        .sort()
        .at(-1);
      const old = end === undefined ? '' : `; the old ones end at ${end}`;
      this.printSentence(`binding '${name}' has new credentials in Secret '${secretNameOf(rotated)}'${old}`);
      this.tell(
        'Pods that read them from environment variables have to be restarted: kubectl rollout restart.',
      );
    });
  }
}
