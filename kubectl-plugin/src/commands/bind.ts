import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { MesitisCommand, patienceOf } from '../base-command.js';
import { clusterFlags, outputFlag, parameterFlags, waitFlags, dryRunFlag } from '../flags.js';
import { readBindingSchema } from '../lib/binding-schema.js';
import { checkedName } from '../lib/checked-name.js';
import { createObject, creationWord } from '../lib/create-object.js';
import { existingInstance } from '../lib/find-objects.js';
import { judgeReady, sentence } from '../lib/judgements.js';
import { isDeleting } from '../lib/objects.js';
import { formatObject } from '../lib/output.js';
import { parametersFor } from '../lib/parameters-for.js';
import { readParameters } from '../lib/read-parameters.js';
import { notMet } from '../lib/plugin-error.js';
import {
  bindingRef,
  instanceNameOf,
  newBinding,
  requestedOffering,
  secretNameOf,
} from '../lib/service-catalog.js';
import { stateOf } from '../lib/state.js';

/** Creates a ServiceBinding. */
export class Bind extends MesitisCommand {
  static override summary = 'get the coordinates and credentials of an instance as a Secret';
  static override description =
    'Parameters are held to the schema that the plan has for bindings, as provision holds its own to the plan.';
  static override examples = [
    '<%= config.bin %> bind api-service',
    '<%= config.bin %> bind api-service --name reporting --secret-name reporting-api',
    '<%= config.bin %> bind db --format servicebinding',
    '<%= config.bin %> bind db -p role=reader',
  ];
  static override usage = 'bind INSTANCE [--name NAME] [--secret-name NAME] [--format FORMAT] [flags]';
  static override args = {
    instance: Args.string({ required: true, ignoreStdin: true, description: 'the instance to bind' }),
  };
  static override flags = {
    ...parameterFlags,
    name: Flags.string({ summary: "the binding's name; by default the instance's" }),
    'secret-name': Flags.string({ summary: "the Secret's name; by default the binding's" }),
    format: Flags.option({
      summary:
        "what the Secret looks like: the broker's keys, or those of the Service Binding Specification; by default as the plan says",
      options: ['opaque', 'servicebinding'] as const,
    })(),
    ...dryRunFlag,
    ...waitFlags,
    ...outputFlag,
    ...clusterFlags,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Bind);
    const given = await readParameters(flags, () => this.context.readInput());
    const dryRun = flags['dry-run'];
    const waiting = patienceOf(flags);
    const patience = dryRun === 'none' ? waiting : undefined;
    const name = checkedName('--name', flags.name ?? args.instance);
    const secretName = checkedName('--secret-name', flags['secret-name'] ?? name);
    await this.withCluster(flags, async (session) => {
      const { cluster, namespace } = session;
      const instance = await existingInstance(session, args.instance);
      if (isDeleting(instance)) {
        throw notMet(
          `instance '${args.instance}' is being deleted: bind another one, see kubectl mesitis status`,
        );
      }
      const state = stateOf(instance);
      // Binding it would wait for ever.
      if (state.kind === 'failed') throw notMet(sentence({ kind: 'instance', name: args.instance }, state));
      const parameters = await parametersFor(given, {
        schema: await readBindingSchema(session, instance),
        title: `a binding of ${requestedOffering(instance)}`,
        ask: flags.output === 'table' ? this.terminal.ask : undefined,
      });
      const created = await createObject(
        cluster,
        newBinding({
          namespace,
          name,
          instance: args.instance,
          secretName,
          format: flags.format,
          parameters,
        }),
        {
          noun: 'binding',
          describe: (existing) => ` (of instance '${instanceNameOf(existing)}')`,
          see: `read it with kubectl mesitis secret ${name}`,
          dryRun,
        },
      );
      const subject = { kind: 'binding', name } as const;
      const ref = bindingRef(namespace, name);
      const binding =
        patience === undefined
          ? created
          : ((await this.awaitObject({ cluster, ref, subject, patience, judge: judgeReady(subject) })) ??
            created);
      if (flags.output !== 'table') {
        this.print(await formatObject(binding, flags.output));
        return;
      }
      const secret = `Secret '${secretNameOf(binding)}' in namespace ${namespace}`;
      const what = `binding '${name}' of instance '${args.instance}'`;
      this.printSentence(`${what} ${creationWord(dryRun, patience !== undefined)}: ${secret}`);
      if (dryRun !== 'none') return;
      this.tell(
        patience === undefined
          ? `See how it goes: kubectl mesitis status ${args.instance}`
          : `Read it: kubectl mesitis secret ${name}, with --show for the values`,
      );
    });
  }
}
