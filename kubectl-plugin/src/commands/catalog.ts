import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { MesitisCommand, type Session } from '../base-command.js';
import { clusterFlags, listFlags, outputFlag, type ListFlags } from '../flags.js';
import { catalogTable } from '../lib/catalog-table.js';
import { isOpenTo, offeringsOf, readCatalog, type Offering } from '../lib/catalog.js';
import { checkNamespace } from '../lib/check-namespace.js';
import { colorsFor } from '../lib/colors.js';
import { offeringPage } from '../lib/offering-page.js';
import { formatList, type Output } from '../lib/output.js';
import { usageError } from '../lib/plugin-error.js';
import { matchOfferings } from '../lib/resolve-offering.js';
import { sortedBy } from '../lib/sort-by.js';

interface CatalogFlags extends ListFlags {
  all: boolean;
  output: Output;
}

/** Lists what the namespace may have, or tells all about one offering. */
export class Catalog extends MesitisCommand {
  static override summary = 'list the offerings that this namespace may have, or describe one';
  static override description =
    'Shows the plans of all brokers whose whitelist matches the namespace. Offerings of brokers other than Mesitis carry no whitelist and are shown to everyone. A whitelist is enforced by the broker, not by this list. With OFFERING all about it: parameters, what a binding holds, and what to type to get it.';
  static override examples = [
    '<%= config.bin %> catalog',
    '<%= config.bin %> catalog api-service',
    '<%= config.bin %> catalog --all',
    '<%= config.bin %> catalog --namespace client-ns --output yaml',
  ];
  static override usage = 'catalog [OFFERING[:PLAN]] [flags]';
  static override args = {
    offering: Args.string({ ignoreStdin: true, description: 'the offering to describe' }),
  };
  static override flags = {
    ...outputFlag,
    ...listFlags,
    all: Flags.boolean({ summary: 'also what this namespace may not have, marked' }),
    ...clusterFlags,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Catalog);
    const { offering } = args;
    if (offering !== undefined && flags['all-namespaces']) {
      throw usageError('-A is for the list: leave out OFFERING, or name a namespace with -n');
    }
    await this.withCluster(flags, (session) =>
      offering === undefined ? this.list(session, flags) : this.describe(session, offering, flags),
    );
  }

  private async list({ cluster, namespace }: Session, flags: CatalogFlags): Promise<void> {
    const { 'all-namespaces': allNamespaces, 'no-headers': headless, 'sort-by': path, selector } = flags;
    const read = async (cached: boolean): Promise<{ every: Offering[]; listed: Offering[] }> => {
      const reading = { labelSelector: selector, cached };
      const every = offeringsOf(await readCatalog(cluster, allNamespaces ? undefined : namespace, reading));
      const listed = every.filter((each) => allNamespaces || flags.all || isOpenTo(each, namespace));
      return { every, listed };
    };
    // What the server remembers will do for a look around, but not for saying that there is nothing.
    const remembered = await read(true);
    const { every, listed } = remembered.listed.length > 0 ? remembered : await read(false);
    const offerings = path === undefined ? listed : sortedBy(listed, path, ({ object }) => object);
    if (flags.output !== 'table') {
      this.print(await formatList(apiObjects(offerings), flags.output));
      return;
    }
    if (offerings.length === 0) {
      if (!allNamespaces) await checkNamespace({ cluster, namespace });
      this.tell(nothingFor(namespace, { total: every.length, selector }));
      return;
    }
    const { out, err } = this.terminal;
    const columns = allNamespaces ? 'for whom' : flags.all ? 'whether open' : 'plain';
    this.print(
      catalogTable(offerings, { columns, namespace, headless, width: out.columns, colors: colorsFor(out) }),
    );
    const open = offerings.filter((each) => isOpenTo(each, namespace));
    // For someone who looks at the table and may type next; noise for everyone else.
    if (out.isTTY && err.isTTY && open.length > 0) {
      this.tell(`Get one, for example: kubectl mesitis provision ${example(open)}`);
    }
  }

  private async describe(
    { cluster, namespace }: Session,
    wanted: string,
    { all, output }: CatalogFlags,
  ): Promise<void> {
    const offerings = offeringsOf(await readCatalog(cluster, namespace));
    if (!offerings.some((each) => isOpenTo(each, namespace))) await checkNamespace({ cluster, namespace });
    const found = matchOfferings(wanted, offerings, { namespace, closedToo: all });
    if (output !== 'table') {
      this.print(await formatList(apiObjects(found), output));
      return;
    }
    const { out } = this.terminal;
    const look = { colors: colorsFor(out), width: out.columns, namespace };
    this.print(found.map((offering) => offeringPage(offering, look)).join('\n'));
  }
}

/** Each class once, followed by its plans: what a program needs to ask for one. */
function apiObjects(offerings: readonly Offering[]): Offering['object'][] {
  return [...new Set(offerings.flatMap((offering) => [offering.class, offering.object]))];
}

/** The first offering, as `provision` takes it: with its plan where there are several. */
function example(offerings: readonly Offering[]): string {
  const [first, ...others] = offerings;
  if (first === undefined) return 'OFFERING';
  const { offering, plan } = first;
  return others.some((other) => other.offering === offering) ? `${offering}:${plan}` : offering;
}

function nothingFor(
  namespace: string,
  { total, selector }: { total: number; selector: string | undefined },
): string {
  if (selector !== undefined) return `No plan for namespace ${namespace} has the labels ${selector}.`;
  return total === 0
    ? 'No broker offers anything yet: ask an administrator whether one is registered (kubectl get clusterservicebrokers).'
    : `No offering whitelists namespace ${namespace}: ask the team whose offering you need to add it (--all shows them), or choose another namespace with -n.`;
}
