import { isKubeError, type Kube, type KubeObject } from '@mesitis/kube';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { MesitisCommand, type Session } from '../base-command.js';
import { clusterFlags, listFlags, outputFlag, type ListFlags } from '../flags.js';
import { checkNamespace } from '../lib/check-namespace.js';
import { colorsFor } from '../lib/colors.js';
import { EXIT } from '../lib/exit-codes.js';
import { readEvents } from '../lib/events.js';
import { existingInstance } from '../lib/find-objects.js';
import { follow } from '../lib/follow.js';
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
import { objectStream, tableStream } from '../lib/status-stream.js';
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
    '<%= config.bin %> status --watch',
  ];
  static override usage = 'status [INSTANCE|BINDING] [flags]';
  static override args = {
    instance: Args.string({ ignoreStdin: true, description: 'the instance to explain, or a binding of it' }),
  };
  static override flags = {
    ...outputFlag,
    watch: Flags.boolean({ char: 'w', summary: 'go on, with a line for each change, until Ctrl-C' }),
    ...listFlags,
    ...clusterFlags,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Status);
    const { instance } = args;
    if (instance !== undefined) refuseListFlags(flags);
    await this.withCluster(flags, (session) => {
      if (flags.watch) return this.follow(session, instance, flags);
      return instance === undefined ? this.all(session, flags) : this.one(session, instance, flags.output);
    });
  }

  /** The list, and then what changes in it. Of one instance its bindings belong to the list. */
  private async follow(session: Session, name: string | undefined, flags: StatusFlags): Promise<void> {
    const { output, 'all-namespaces': allNamespaces, 'no-headers': headless } = flags;
    const isWanted = name === undefined ? (): boolean => true : await familyOf(session, name);
    const print = (text: string): void => this.print(text);
    const stream =
      output === 'table'
        ? tableStream(() => ({ ...this.look(), allNamespaces, headless }), print)
        : objectStream(output, print);
    const { signal } = this.context;
    const { closed } = this.terminal.out;
    await follow({
      cluster: session.cluster,
      kinds: ['ServiceInstance', 'ServiceBinding'],
      namespace: allNamespaces ? undefined : session.namespace,
      selector: flags.selector,
      onList: (objects) => stream.begin(inOrder(objects.filter(isWanted), flags)),
      onChange: (object, gone) => {
        if (isWanted(object)) stream.next(object, gone);
      },
      onTrouble: () => this.tell('The connection to the cluster is lost; trying again.'),
      signal: closed === undefined ? signal : AbortSignal.any([signal, closed]),
    });
    await stream.end();
    if (signal.aborted) this.exitCode = EXIT.interrupted;
  }

  private async all({ cluster, namespace }: Session, flags: StatusFlags): Promise<void> {
    const { 'all-namespaces': allNamespaces, 'no-headers': headless, selector } = flags;
    const where = allNamespaces ? undefined : namespace;
    const [instances, bindings] = await Promise.all([
      cluster.list(everyOf('ServiceInstance', where, selector)),
      cluster.list(everyOf('ServiceBinding', where, selector)),
    ]);
    const all = inOrder([...instances.items, ...bindings.items], flags);
    if (flags.output !== 'table') {
      this.print(await formatList(all, flags.output));
      return;
    }
    if (all.length === 0) {
      if (!allNamespaces) await checkNamespace({ cluster, namespace });
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

interface StatusFlags extends ListFlags {
  output: Output;
}

/** By `--sort-by`; else families for people, kinds for programs. */
function inOrder(objects: readonly KubeObject[], { output, 'sort-by': path }: StatusFlags): KubeObject[] {
  const instances = objects.filter(({ kind }) => kind !== 'ServiceBinding');
  const bindings = objects.filter(({ kind }) => kind === 'ServiceBinding');
  const order = output === 'table' ? familyOrder : kindOrder;
  const unsorted = order(instances, bindings);
  return path === undefined ? unsorted : sortedBy(unsorted, path, (object) => object);
}

/** Whether an object is the named one or a binding of it. Throws PluginError (not met) when there is none. */
async function familyOf(session: Session, name: string): Promise<(object: KubeObject) => boolean> {
  const named = await namedObject(session, name);
  return (object) =>
    (object.kind === named.kind && nameOf(object) === name) ||
    (named.kind === 'ServiceInstance' && instanceNameOf(object) === name);
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
function refuseListFlags(flags: ListFlags & { watch: boolean }): void {
  const headless = flags['no-headers'] && !flags.watch;
  const given = flags['all-namespaces'] || headless || flags.selector !== undefined;
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
