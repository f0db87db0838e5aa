import * as Args from '@oclif/core/args';
import { MesitisCommand, patienceOf } from '../base-command.js';
import { clusterFlags, outputFlag, waitFlags } from '../flags.js';
import { chooseBinding } from '../lib/find-objects.js';
import { judgeGone } from '../lib/judgements.js';
import { nameOf } from '../lib/objects.js';
import { formatObject } from '../lib/output.js';
import { bindingRef, secretNameOf } from '../lib/service-catalog.js';

/** Deletes a ServiceBinding. */
export class Unbind extends MesitisCommand {
  static override summary = 'give back the credentials of a binding; its Secret goes';
  static override description =
    'BINDING may also be the name of an instance that has exactly one binding. Pods that use the Secret lose it.';
  static override examples = [
    '<%= config.bin %> unbind api-service',
    '<%= config.bin %> unbind reporting --no-wait',
  ];
  static override usage = 'unbind BINDING [flags]';
  static override args = {
    binding: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'the binding, or an instance with one binding',
    }),
  };
  static override flags = { ...outputFlag, ...waitFlags, ...clusterFlags };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Unbind);
    const patience = patienceOf(flags);
    await this.withCluster(flags, async (session) => {
      const { cluster, namespace } = session;
      const binding = await chooseBinding(session, args.binding, 'unbind');
      const name = nameOf(binding);
      const ref = bindingRef(namespace, name);
      const { uid } = binding.metadata;
      await cluster.remove(ref, uid === undefined ? {} : { uid });
      if (patience !== undefined) {
        const subject = { kind: 'binding', name } as const;
        await this.awaitObject({ cluster, ref, subject, patience, judge: judgeGone(uid) });
      }
      if (flags.output !== 'table') {
        this.print(await formatObject(binding, flags.output));
        return;
      }
      this.printSentence(
        patience === undefined
          ? `binding '${name}' is being deleted`
          : `binding '${name}' is gone, and with it Secret '${secretNameOf(binding)}'`,
      );
    });
  }
}
