import { isKubeError, type Kube, type KubeObject } from '@mesitis/kube';
import * as Args from '@oclif/core/args';
import { MesitisCommand, type Session } from '../base-command.js';
import { clusterFlags, listFlags, outputFlag, type ListFlags } from '../flags.js';
import { colorsFor } from '../lib/colors.js';
import { readEvents } from '../lib/events.js';
import { existingInstance } from '../lib/find-objects.js';
import { formatList, formatObject, type Output } from '../lib/output.js';
import { nameOf, recordAt } from '../lib/objects.js';
import { usageError } from '../lib/plugin-error.js';
import {
  bindingRef,
  bindingsOf,
  everyOf,
  instanceNameOf,
  instanceRef,
  secretNameOf,
  secretRef,
} from '../lib/service-catalog.js';
import { sortedBy } from '../lib/sort-by.js';
import { familyOrder, kindOrder, statusTable, type Look } from '../lib/status-table.js';
import { statusTree, type SecretFinding } from '../lib/status-tree.js';

/** Shows how instances and bindings are. */
export class Status extends MesitisCommand {
  static override summary = 'show how instances and bindings are, and what to do';
  static override description =
    'Without INSTANCE a table of all instances and bindings in the namespace. With INSTANCE all about it: conditions, bindings, their Secrets (keys only), recent Events, and the next step.';
  static override examples = [
    '<%= config.bin %> status',
    '<%= config.bin %> status api-service',
    '<%= config.bin %> status --all-namespaces --sort-by .metadata.creationTimestamp',
    '<%= config.bin %> status api-service --output yaml',
  ];
  static override usage = 'status [INSTANCE|BINDING] [flags]';
  static override args = {
    instance: Args.string({ ignoreStdin: true, description: 'the instance to explain, or a binding of it' }),
  };
  static override flags = { ...outputFlag, ...listFlags, ...clusterFlags };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Status);
    const { instance } = args;
    if (instance !== undefined) refuseListFlags(flags);
    await this.withCluster(flags, (session) =>
      instance === undefined ? this.all(session, flags) : this.one(session, instance, flags.output),
    );
  }

  private async all({ cluster, namespace }: Session, flags: ListFlags & { output: Output }): Promise<void> {
    const { 'all-namespaces': allNamespaces, 'no-headers': headless, 'sort-by': path, selector } = flags;
    const where = allNamespaces ? undefined : namespace;
    const [instances, bindings] = await Promise.all([
      cluster.list(everyOf('ServiceInstance', where, selector)),
      cluster.list(everyOf('ServiceBinding', where, selector)),
    ]);
    const order = flags.output === 'table' ? familyOrder : kindOrder;
    const unsorted = order(instances.items, bindings.items);
    const all = path === undefined ? unsorted : sortedBy(unsorted, path, (object) => object);
    if (flags.output !== 'table') {
      this.print(await formatList(all, flags.output));
      return;
    }
    if (all.length === 0) {
      this.tell(nothingThere(where, selector));
      return;
    }
    this.print(statusTable(all, { ...this.look(), allNamespaces, headless }));
  }

  private async one(session: Session, name: string, output: Output): Promise<void> {
    const { cluster, namespace } = session;
    const object = await namedObject(session, name);
    if (output !== 'table') {
      this.print(await formatObject(object, output));
      return;
    }
    const instance =
      object.kind === 'ServiceBinding' ? await existingInstance(session, instanceNameOf(object)) : object;
    const bindings = bindingsOf(
      nameOf(instance),
      (await cluster.list(everyOf('ServiceBinding', namespace))).items,
    );
    const findings = bindings
      .map(secretNameOf)
      .map(async (secret) => [secret, await findSecret(cluster, namespace, secret)] as const);
    const [secrets, events] = await Promise.all([
      Promise.all(findings),
      readEvents(cluster, namespace, [instance, ...bindings]),
    ]);
    this.print(statusTree({ instance, bindings, secrets: new Map(secrets), events }, this.look()));
  }

  private look(): Look {
    const { out } = this.terminal;
    return { colors: colorsFor(out), width: out.columns, now: this.context.now() };
  }
}

/** The instance of that name, else the binding. Throws PluginError (not met) when there is neither. */
async function namedObject(session: Session, name: string): Promise<KubeObject> {
  const { cluster, namespace } = session;
  return (
    (await cluster.get(instanceRef(namespace, name))) ??
    (await cluster.get(bindingRef(namespace, name))) ??
    (await existingInstance(session, name))
  );
}

/** One instance is not a list. Throws PluginError (usage). */
function refuseListFlags(flags: ListFlags): void {
  const given = flags['all-namespaces'] || flags['no-headers'] || flags.selector !== undefined;
  if (given || flags['sort-by'] !== undefined) {
    throw usageError('-A, -l, --sort-by and --no-headers are for the list: leave out INSTANCE');
  }
}

function nothingThere(namespace: string | undefined, selector: string | undefined): string {
  const where = namespace === undefined ? 'any namespace' : `namespace ${namespace}`;
  return selector === undefined
    ? `Nothing is provisioned in ${where}: see kubectl mesitis catalog for what there is.`
    : `Nothing in ${where} has the labels ${selector}.`;
}

/** Whoever may see a binding need not be allowed to read Secrets; the rest of the story is told all the same. */
async function findSecret(
  cluster: Pick<Kube, 'get'>,
  namespace: string,
  name: string,
): Promise<SecretFinding> {
  try {
    const secret = await cluster.get(secretRef(namespace, name));
    return secret === undefined
      ? { kind: 'missing' }
      : { kind: 'found', keys: Object.keys(recordAt(secret, 'data')).sort() };
  } catch (error) {
    if (isKubeError(error, 'forbidden')) return { kind: 'hidden' };
    throw error;
  }
}
