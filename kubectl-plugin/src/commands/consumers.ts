import * as Args from '@oclif/core/args';
import { MesitisCommand, type Session } from '../base-command.js';
import { clusterFlags, listFlags, outputFlag } from '../flags.js';
import { offeringsOf, readCatalog } from '../lib/catalog.js';
import { colorsFor } from '../lib/colors.js';
import { consumersOf, consumersTable, type Consumer } from '../lib/consumers.js';
import { formatList, type Output } from '../lib/output.js';
import { matchOfferings } from '../lib/resolve-offering.js';
import { everyOf } from '../lib/service-catalog.js';
import { sortedBy } from '../lib/sort-by.js';
import { kindOrder } from '../lib/status-table.js';

interface ConsumersFlags {
  namespace?: string | undefined;
  output: Output;
  selector?: string | undefined;
  'sort-by'?: string | undefined;
  'no-headers': boolean;
}

/** Lists who uses an offering. */
export class Consumers extends MesitisCommand {
  static override summary = 'list who uses an offering, for the team that offers it';
  static override description =
    'Shows the instances of all namespaces with their plan, how they are, since when, by whom and how often they are bound; with -n those of one namespace, for people who may not list all. OFFERING is a name from the catalog, with or without its plan. BY is who wrote the instance last, where the platform keeps that.';
  static override examples = [
    '<%= config.bin %> consumers',
    '<%= config.bin %> consumers api-service',
    '<%= config.bin %> consumers api-service:1 --sort-by .metadata.creationTimestamp',
    '<%= config.bin %> consumers --namespace client-ns --output name',
  ];
  static override usage = 'consumers [OFFERING[:PLAN]] [flags]';
  static override args = {
    offering: Args.string({ ignoreStdin: true, description: 'the offering whose consumers to list' }),
  };
  // Without -A: it is what this command does.
  static override flags = {
    ...outputFlag,
    selector: listFlags.selector,
    'sort-by': listFlags['sort-by'],
    'no-headers': listFlags['no-headers'],
    ...clusterFlags,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Consumers);
    await this.withCluster(flags, (session) => this.list(session, args.offering, flags));
  }

  private async list(session: Session, wanted: string | undefined, flags: ConsumersFlags): Promise<void> {
    const consumers = await this.find(session, wanted, flags);
    if (flags.output !== 'table') {
      const instances = consumers.map(({ instance }) => instance);
      this.print(await formatList(instances, flags.output));
      return;
    }
    if (consumers.length === 0) {
      const what = wanted === undefined ? 'anything' : `'${wanted}'`;
      const where = flags.namespace === undefined ? 'Nobody' : `Nobody in namespace ${flags.namespace}`;
      this.tell(`${where} uses ${what}.`);
      return;
    }
    const { out } = this.terminal;
    const look = { colors: colorsFor(out), width: out.columns, now: this.context.now() };
    this.print(consumersTable(consumers, { ...look, headless: flags['no-headers'] }));
  }

  private async find(
    { cluster, namespace }: Session,
    wanted: string | undefined,
    flags: ConsumersFlags,
  ): Promise<Consumer[]> {
    const where = flags.namespace;
    const [instances, bindings, catalog] = await Promise.all([
      cluster.list(everyOf('ServiceInstance', where, flags.selector)),
      cluster.list(everyOf('ServiceBinding', where)),
      readCatalog(cluster, where),
    ]);
    const offerings = offeringsOf(catalog);
    const ordered = kindOrder(instances.items, []);
    const usage = { instances: ordered, bindings: bindings.items, offerings };
    const consumers = consumersOf(usage, wanted);
    // Nobody uses it; but is there such a thing?
    if (wanted !== undefined && consumers.length === 0) {
      matchOfferings(wanted, offerings, { namespace, closedToo: true });
    }
    const path = flags['sort-by'];
    return path === undefined ? consumers : sortedBy(consumers, path, ({ instance }) => instance);
  }
}
