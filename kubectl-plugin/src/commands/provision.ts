import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { MesitisCommand, patienceOf } from '../base-command.js';
import { clusterFlags, dryRunFlag, outputFlag, parameterFlags, waitFlags } from '../flags.js';
import { isOpenTo, offeringsOf, planReference, readCatalog, type Offering } from '../lib/catalog.js';
import { checkNamespace } from '../lib/check-namespace.js';
import { checkedName } from '../lib/checked-name.js';
import { createObject, creationWord } from '../lib/create-object.js';
import { judgeReady } from '../lib/judgements.js';
import { formatObject } from '../lib/output.js';
import { parametersFor } from '../lib/parameters-for.js';
import { readParameters } from '../lib/read-parameters.js';
import { resolveOffering } from '../lib/resolve-offering.js';
import { instanceRef, newInstance, requestedOffering } from '../lib/service-catalog.js';
import { stateOf, stateWord } from '../lib/state.js';

/** Creates a ServiceInstance. */
export class Provision extends MesitisCommand {
  static override summary = 'get an instance of an offering';
  static override description =
    'OFFERING is a name from the catalog; the part after the team will do when only one team has it. PLAN is needed when there are several. Parameters are held to the schema of the plan before anything is sent, and -p takes the type from it; in a terminal, required ones that are missing are asked for.';
  static override examples = [
    '<%= config.bin %> provision api-service',
    '<%= config.bin %> provision api-api-service:1 --name my-api',
    '<%= config.bin %> provision db -p size=small -p backup.hour=3 --timeout 10m',
    '<%= config.bin %> provision db --params-file parameters.yaml',
    '<%= config.bin %> provision api-service --dry-run=client --output yaml > instance.yaml',
  ];
  static override usage = 'provision OFFERING[:PLAN] [--name NAME] [-p KEY=VALUE]... [flags]';
  static override args = {
    offering: Args.string({
      name: 'OFFERING[:PLAN]',
      required: true,
      ignoreStdin: true,
      description: 'what to provision',
    }),
  };
  static override flags = {
    ...parameterFlags,
    name: Flags.string({ summary: "the instance's name; by default the offering's, without the team" }),
    ...dryRunFlag,
    ...waitFlags,
    ...outputFlag,
    ...clusterFlags,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Provision);
    const sources = await readParameters(flags, () => this.context.readInput());
    const dryRun = flags['dry-run'];
    const waiting = patienceOf(flags);
    const patience = dryRun === 'none' ? waiting : undefined;
    const given = flags.name === undefined ? undefined : checkedName('--name', flags.name);
    await this.withCluster(flags, async (session) => {
      const { cluster, namespace } = session;
      const offerings = offeringsOf(await readCatalog(cluster, namespace));
      if (!offerings.some((each) => isOpenTo(each, namespace))) await checkNamespace(session);
      const offering = resolveOffering(args.offering, offerings, namespace);
      const name = given ?? checkedName(`the name of offering '${offering.offering}'`, offering.shortName);
      const parameters = await parametersFor(sources, {
        schema: offering.parameterSchema,
        title: titleOf(offering),
        ask: flags.output === 'table' ? this.terminal.ask : undefined,
      });
      const ref = instanceRef(namespace, name);
      const created = await createObject(
        cluster,
        newInstance({ namespace, name }, planReference(offering), parameters),
        {
          noun: 'instance',
          describe: (existing) => ` (${requestedOffering(existing)}, ${stateWord(stateOf(existing))})`,
          see: `see kubectl mesitis status ${name}`,
          dryRun,
        },
      );
      const subject = { kind: 'instance', name } as const;
      const instance =
        patience === undefined
          ? created
          : ((await this.awaitObject({ cluster, ref, subject, patience, judge: judgeReady(subject) })) ??
            created);
      if (flags.output !== 'table') {
        this.print(await formatObject(instance, flags.output));
        return;
      }
      const what = `instance '${name}' of ${titleOf(offering)}`;
      this.printSentence(`${what} ${creationWord(dryRun, patience !== undefined)}`);
      if (dryRun !== 'none') return;
      this.tell(
        patience === undefined
          ? `See how it goes: kubectl mesitis status ${name}`
          : `Get its coordinates and credentials: kubectl mesitis bind ${name}`,
      );
    });
  }
}

function titleOf({ offering, plan }: Offering): string {
  return `${offering}:${plan}`;
}
