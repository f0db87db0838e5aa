import type { KubeObject } from '@mesitis/kube';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { MesitisCommand, patienceOf, type Session } from '../base-command.js';
import { clusterFlags, outputFlag, waitFlags } from '../flags.js';
import type { Subject } from '../lib/advice.js';
import { existingBinding, existingInstance } from '../lib/find-objects.js';
import { judgeGone, judgeReady } from '../lib/judgements.js';
import { formatObject } from '../lib/output.js';
import { bindingRef, instanceRef } from '../lib/service-catalog.js';

/** Waits for an instance or a binding. */
export class Wait extends MesitisCommand {
  static override summary = 'wait until an instance or a binding is ready, or gone';
  static override description =
    'NAME is an instance, or a binding when no instance has that name; instance/NAME and binding/NAME say which. What is not there is gone already. Exit code 1: time is up, or it failed for good, which is told at once.';
  static override examples = [
    '<%= config.bin %> wait api-service',
    '<%= config.bin %> wait binding/api-service --timeout 30s',
    '<%= config.bin %> wait api-service --for=deleted',
  ];
  static override usage = 'wait [instance/|binding/]NAME [--for=ready|deleted] [flags]';
  static override args = {
    name: Args.string({ required: true, ignoreStdin: true, description: 'the instance or binding' }),
  };
  static override flags = {
    for: Flags.option({
      summary: "what to wait for; kubectl's words will do too",
      options: ['ready', 'deleted', 'condition=Ready', 'delete'] as const,
      default: 'ready' as const,
    })(),
    timeout: waitFlags.timeout,
    ...outputFlag,
    ...clusterFlags,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Wait);
    const timeout = flags.timeout;
    const patience = patienceOf({ wait: true, timeout });
    const gone = flags.for === 'deleted' || flags.for === 'delete';
    await this.withCluster(flags, async (session) => {
      const { subject, object } = await findSubject(session, args.name);
      if (object === undefined && !gone) await complain(session, subject);
      const met =
        object === undefined || patience === undefined
          ? undefined
          : await this.awaitObject({
              cluster: session.cluster,
              ref: refTo(subject, session.namespace),
              subject,
              patience,
              judge: gone ? judgeGone(object.metadata.uid) : judgeReady(subject),
            });
      const shown = met ?? object;
      if (flags.output !== 'table') {
        if (shown !== undefined) this.print(await formatObject(shown, flags.output));
        return;
      }
      this.printSentence(`${subject.kind} '${subject.name}' is ${gone ? 'gone' : 'ready'}`);
    });
  }
}

/** Whom a name means, and how it is now; undefined when it is not there. */
async function findSubject(
  { cluster, namespace }: Session,
  name: string,
): Promise<{ subject: Subject; object: KubeObject | undefined }> {
  const [, kind, bare = name] = /^(instance|binding)\/(.+)$/s.exec(name) ?? [];
  if (kind !== 'binding') {
    const object = await cluster.get(instanceRef(namespace, bare));
    if (object !== undefined || kind === 'instance')
      return { subject: { kind: 'instance', name: bare }, object };
  }
  const object = await cluster.get(bindingRef(namespace, bare));
  // What is nowhere was most likely meant as an instance.
  const isBinding = object !== undefined || kind === 'binding';
  return { subject: { kind: isBinding ? 'binding' : 'instance', name: bare }, object };
}

/** Throws PluginError (not met) that says which there are. */
async function complain(session: Session, { kind, name }: Subject): Promise<void> {
  await (kind === 'instance' ? existingInstance(session, name) : existingBinding(session, name));
}

function refTo({ kind, name }: Subject, namespace: string): ReturnType<typeof instanceRef> {
  return kind === 'instance' ? instanceRef(namespace, name) : bindingRef(namespace, name);
}
