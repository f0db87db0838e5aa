import { refOf, type KubeObject } from '@mesitis/kube';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { MesitisCommand, patienceOf, type Patience, type Session } from '../base-command.js';
import { clusterFlags, outputFlag, waitFlags } from '../flags.js';
import { existingInstance } from '../lib/find-objects.js';
import { judgeGone } from '../lib/judgements.js';
import { isDeleting, nameOf } from '../lib/objects.js';
import { formatObject } from '../lib/output.js';
import { notMet, usageError } from '../lib/plugin-error.js';
import { bindingRef, bindingsOf, everyOf, instanceRef, secretNameOf } from '../lib/service-catalog.js';

/** Deletes a ServiceInstance. */
export class Deprovision extends MesitisCommand {
  static override summary = 'give back an instance; everything made for it goes';
  static override description =
    'Refuses while the instance has bindings, unless --cascade unbinds them first. Asks before it deletes; --yes answers for scripts, which are never asked.';
  static override examples = [
    '<%= config.bin %> deprovision api-service',
    '<%= config.bin %> deprovision api-service --cascade --yes',
  ];
  static override usage = 'deprovision INSTANCE [--cascade] [--yes] [flags]';
  static override args = {
    instance: Args.string({ required: true, ignoreStdin: true, description: 'the instance to delete' }),
  };
  static override flags = {
    // First one with a letter: oclif aligns the list by its first line.
    yes: Flags.boolean({ char: 'y', summary: "don't ask" }),
    cascade: Flags.boolean({ summary: 'unbind its bindings first' }),
    ...waitFlags,
    ...outputFlag,
    ...clusterFlags,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Deprovision);
    const patience = patienceOf(flags);
    const name = args.instance;
    await this.withCluster(flags, async (session) => {
      const { cluster, namespace } = session;
      const instance = await existingInstance(session, name);
      const bindings = bindingsOf(name, (await cluster.list(everyOf('ServiceBinding', namespace))).items);
      const inUse = bindings
        .filter((binding) => !isDeleting(binding))
        .map(nameOf)
        .sort();
      if (inUse.length > 0 && !flags.cascade) throw notMet(stillBound(name, inUse));
      if (!flags.yes) await this.ask(whatGoes(name, namespace, bindings));
      // Binding by binding first: the platform refuses to take down an instance that is bound.
      await this.unbindAll(session, bindings, patience);
      await cluster.remove(instanceRef(namespace, name), preconditionOf(instance));
      if (patience !== undefined) await this.awaitGone(session, instance, patience);
      if (flags.output !== 'table') {
        this.print(await formatObject(instance, flags.output));
        return;
      }
      this.printSentence(`instance '${name}' is ${patience === undefined ? 'being deleted' : 'gone'}`);
    });
  }

  private async ask(question: string): Promise<void> {
    const { confirm } = this.terminal;
    if (confirm === undefined)
      throw usageError('nobody is there to ask: add --yes to delete without a question');
    if (!(await confirm(question))) throw notMet('nothing was deleted');
  }

  private async unbindAll(
    session: Session,
    bindings: readonly KubeObject[],
    patience: Patience | undefined,
  ): Promise<void> {
    const { cluster, namespace } = session;
    for (const binding of bindings) {
      await cluster.remove(bindingRef(namespace, nameOf(binding)), preconditionOf(binding));
    }
    if (patience === undefined) return;
    for (const binding of bindings) await this.awaitGone(session, binding, patience);
  }

  private async awaitGone({ cluster }: Session, object: KubeObject, patience: Patience): Promise<void> {
    const name = nameOf(object);
    await this.awaitObject({
      cluster,
      ref: refOf(object),
      subject: { kind: object.kind === 'ServiceBinding' ? 'binding' : 'instance', name },
      patience,
      judge: judgeGone(object.metadata.uid),
    });
  }
}

function stillBound(name: string, bindings: readonly string[]): string {
  const them = bindings.length === 1 ? `binding ${bindings.join('')}` : `bindings ${bindings.join(', ')}`;
  return `instance '${name}' is in use by ${them}: kubectl mesitis unbind ${bindings[0] ?? ''}, or add --cascade to unbind first`;
}

/** What the person is about to lose. */
function whatGoes(name: string, namespace: string, bindings: readonly KubeObject[]): string {
  const secrets = bindings.map((binding) => `Secret ${secretNameOf(binding)}`).sort();
  const list = [
    `instance ${name} in namespace ${namespace} with everything that was made for it`,
    ...secrets,
  ];
  return `This deletes ${list.join(', ')}. Go on?`;
}

/** Deletes the very object that was shown, not one that took its name since. */
function preconditionOf({ metadata: { uid } }: KubeObject): { uid?: string } {
  return uid === undefined ? {} : { uid };
}
