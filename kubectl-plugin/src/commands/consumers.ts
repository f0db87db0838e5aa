import { isKubeError } from '@mesitis/kube';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { MesitisCommand, type Session } from '../base-command.js';
import { clusterFlags, listFlags, outputFlag, type ListFlags } from '../flags.js';
import { offeringsOf, readCatalog } from '../lib/catalog.js';
import { checkNamespace } from '../lib/check-namespace.js';
import { colorsFor } from '../lib/colors.js';
import { consumersOf, consumersTable, type Consumer } from '../lib/consumers.js';
import { EXIT } from '../lib/exit-codes.js';
import { explainKubeError } from '../lib/explain-error.js';
import { formatList, type Output } from '../lib/output.js';
import { PluginError } from '../lib/plugin-error.js';
import { matchOfferings } from '../lib/resolve-offering.js';
import { everyOf } from '../lib/service-catalog.js';
import { sortedBy } from '../lib/sort-by.js';
import { kindOrder } from '../lib/status-table.js';

interface ConsumersFlags extends ListFlags {
  namespace?: string | undefined;
  output: Output;
}

/** Lists who uses an offering. */
export class Consumers extends MesitisCommand {
  static override summary = 'list who uses an offering, for the team that offers it';
  static override description =
    'Shows the instances of all namespaces with their plan, how they are, since when, by whom and how often they are bound; with -n those of one namespace, for people who may not list all. Only -n counts, not the namespace of the context. OFFERING is a name from the catalog, with or without its plan. BY is who wrote the instance last, where the platform keeps that.';
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
  static override flags = {
    ...outputFlag,
    ...listFlags,
    'all-namespaces': Flags.boolean({
      char: 'A',
      summary: 'of all namespaces, as without -n; goes before -n',
    }),
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
      const namespace = namespaceOf(flags);
      if (namespace !== undefined) await checkNamespace({ cluster: session.cluster, namespace });
      const what = wanted === undefined ? 'anything' : `'${wanted}'`;
      const where = namespace === undefined ? 'Nobody' : `Nobody in namespace ${namespace}`;
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
    const where = namespaceOf(flags);
    const [instances, bindings, catalog] = await Promise.all([
      cluster.list(everyOf('ServiceInstance', where, flags.selector)),
      cluster.list(everyOf('ServiceBinding', where)),
      readCatalog(cluster, where),
    ]).catch((error: unknown) => {
      if (where !== undefined || !isKubeError(error, 'forbidden')) throw error;
      const message = `${explainKubeError(error)}, or name a namespace with -n`;
      throw new PluginError(EXIT.refused, message, { cause: error });
    });
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

/** The context's namespace is the provider's own, where nobody consumes: only a `-n` counts. As in kubectl -A goes before it. */
function namespaceOf(flags: ConsumersFlags): string | undefined {
  return flags['all-namespaces'] ? undefined : flags.namespace;
}
