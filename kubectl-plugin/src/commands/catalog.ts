import { MesitisCommand, type Session } from '../base-command.js';
import { clusterFlags, outputFlag } from '../flags.js';
import { isOpenTo, offeringsOf, readCatalog, type Offering } from '../lib/catalog.js';
import { formatList, type Output } from '../lib/output.js';
import { renderTable } from '../lib/table.js';

/** Lists what the namespace may have. */
export class Catalog extends MesitisCommand {
  static override summary = 'list the offerings that this namespace may have';
  static override description =
    'Shows the plans of all brokers whose whitelist matches the namespace. Offerings of brokers other than Mesitis carry no whitelist and are shown to everyone. A whitelist is enforced by the broker, not by this list.';
  static override examples = [
    '<%= config.bin %> catalog',
    '<%= config.bin %> catalog --namespace client-ns',
    '<%= config.bin %> catalog --output yaml',
  ];
  static override usage = 'catalog [flags]';
  static override flags = { ...clusterFlags, ...outputFlag };

  override async run(): Promise<void> {
    const { flags } = await this.parse(Catalog);
    await this.withCluster(flags, (session) => this.list(session, flags.output));
  }

  private async list({ cluster, namespace }: Session, output: Output): Promise<void> {
    const all = offeringsOf(await readCatalog(cluster, namespace));
    const open = all.filter((offering) => isOpenTo(offering, namespace));
    if (output !== 'table') {
      this.print(await formatList(apiObjects(open), output));
      return;
    }
    if (open.length === 0) {
      this.tell(nothingFor(namespace, all.length));
      return;
    }
    const { out, err } = this.terminal;
    const rows = open.map(({ offering, plan, team = '', provisionedAs = '', description }) => [
      offering,
      plan,
      team,
      provisionedAs,
      description,
    ]);
    this.print(
      renderTable({ header: ['OFFERING', 'PLAN', 'TEAM', 'KIND', 'DESCRIPTION'], rows }, out.columns),
    );
    // For someone who looks at the table and may type next; noise for everyone else.
    if (out.isTTY && err.isTTY) this.tell(`Get one, for example: kubectl mesitis provision ${example(open)}`);
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

function nothingFor(namespace: string, total: number): string {
  return total === 0
    ? 'No broker offers anything yet: ask an administrator whether one is registered (kubectl get clusterservicebrokers).'
    : `No offering whitelists namespace ${namespace}: ask the team whose offering you need to add it, or choose another namespace with -n.`;
}
