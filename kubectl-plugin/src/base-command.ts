import { isKubeError, type KubeError, type KubeObject } from '@mesitis/kube';
import { Command } from '@oclif/core/command';
import type { Config } from '@oclif/core/config';
import type { Input, ParserOutput } from '@oclif/core/parser';
import type { Cluster, PluginContext, Terminal } from './context.js';
import { commonFlags, type ClusterFlags } from './flags.js';
import type { Subject } from './lib/advice.js';
import { withColor, type ColorChoice } from './lib/colors.js';
import { connectOptions } from './lib/connect-options.js';
import { parseDuration } from './lib/duration.js';
import { EXIT } from './lib/exit-codes.js';
import { connectError, explainKubeError } from './lib/explain-error.js';
import { notMet, PluginError, usageError } from './lib/plugin-error.js';
import { startProgress } from './lib/progress.js';
import { wrapWords } from './lib/wrap-words.js';
import { waitFor, type WaitRequest } from './lib/wait.js';

/** A cluster with the namespace to work in. */
export interface Session {
  cluster: Cluster;
  namespace: string;
}

/** What all commands share: the context that they were given, and the ways to reach a cluster, wait and print. */
export abstract class MesitisCommand extends Command {
  static override baseFlags = commonFlags;

  /** What the process ends with when {@link run} returns; errors bring their own. */
  exitCode: number = EXIT.ok;

  protected readonly context: PluginContext;
  protected terminal: Terminal;

  constructor(argv: string[], config: Config, context: PluginContext) {
    super(argv, config);
    this.context = context;
    this.terminal = context.terminal;
  }

  /** As oclif's own; and from here on the terminal is coloured as `--color` says. */
  protected override async parse<
    F extends Record<string, unknown>,
    B extends Record<string, unknown>,
    A extends Record<string, unknown>,
  >(options?: Input<F, B, A>, argv?: string[]): Promise<ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv);
    const { color } = parsed.flags as { color?: ColorChoice };
    if (color !== undefined) this.terminal = withColor(this.context.terminal, color);
    return parsed;
  }

  /** Data. */
  protected print(text: string): void {
    this.terminal.out.write(text);
  }

  /** The outcome: a sentence for a person, and still the data of the command. */
  protected printSentence(text: string): void {
    const { out } = this.terminal;
    out.write(`${wrapWords(text, out.columns).join('\n')}\n`);
  }

  /** Everything that is not data: a sentence for a person. */
  protected tell(text: string): void {
    const { err } = this.terminal;
    err.write(`${wrapWords(text, err.columns).join('\n')}\n`);
  }

  /** Connects as the flags say, does the work, and lets go of the connections. */
  protected async withCluster(flags: ClusterFlags, work: (session: Session) => Promise<void>): Promise<void> {
    const { namespace } = flags;
    if (namespace === '') throw usageError('-n needs the name of a namespace');
    const options = connectOptions(flags);
    let cluster: Cluster;
    try {
      cluster = await this.context.connect(options);
    } catch (error) {
      throw connectError(error);
    }
    try {
      await work({ cluster, namespace: namespace ?? cluster.defaultNamespace });
    } finally {
      cluster.close();
    }
  }

  /**
   * Waits, with progress on stderr, until the object is as wanted, and returns it as it is then.
   * @throws PluginError when it can't become so, time is up, or the cluster does not let us look
   */
  protected async awaitObject(request: AwaitRequest): Promise<KubeObject | undefined> {
    const { subject, patience, ...rest } = request;
    const name = `${subject.kind} '${subject.name}'`;
    const progress = startProgress(this.terminal.err, name, () => this.context.now());
    const outcome = await waitFor({
      ...rest,
      timeoutMs: patience.timeoutMs,
      signal: this.context.signal,
      onProgress: (what) => progress.update(what),
    })
      .catch((error: unknown) => {
        throw isKubeError(error) ? notFollowed(subject, error) : error;
      })
      .finally(() => progress.stop());
    switch (outcome.kind) {
      case 'met':
        return outcome.object;
      case 'failed':
        throw notMet(outcome.why);
      case 'timed-out':
        throw notMet(
          outcome.idle
            ? `${name} is still there after ${patience.text}${reasonOf(outcome.last)}; ${howToDelete(subject)}`
            : `${name} is not done after ${patience.text}${reasonOf(outcome.last)}; ${goesOn(subject)}`,
        );
      case 'interrupted':
        throw new PluginError(EXIT.interrupted, `interrupted; ${goesOn(subject)}`);
    }
  }
}

/** What to wait for, whom to name in progress and errors, and how long. */
export interface AwaitRequest extends Pick<WaitRequest, 'cluster' | 'ref' | 'judge'> {
  subject: Subject;
  patience: Patience;
}

/** How long to wait, for the clock and for a sentence. */
export interface Patience {
  timeoutMs: number;
  text: string;
}

/** What {@link waitFlags} mean; undefined for `--no-wait`. Throws PluginError (usage) for a timeout that is none. */
export function patienceOf({ wait, timeout }: { wait: boolean; timeout: string }): Patience | undefined {
  const timeoutMs = parseDuration(timeout);
  if (timeoutMs === undefined) {
    throw usageError(`--timeout '${timeout}' is not a duration above 0: write 30s, 5m or 1h30m`);
  }
  return wait ? { timeoutMs, text: timeout } : undefined;
}

/** What was asked for has begun by now: whoever reads only "forbidden" would take it for undone. */
function notFollowed(subject: Subject, error: KubeError): PluginError {
  const { kind, name } = subject;
  return new PluginError(
    EXIT.refused,
    `${kind} '${name}' can't be watched, but ${goesOn(subject)}, and --no-wait does without: ${explainKubeError(error)}`,
    { cause: error },
  );
}

function reasonOf(last: string): string {
  return last === '' ? '' : `: ${last.replace(/\.$/, '')}`;
}

function howToDelete({ kind, name }: Subject): string {
  return `kubectl mesitis ${kind === 'binding' ? 'unbind' : 'deprovision'} ${name} does`;
}

function goesOn({ kind, name }: Subject): string {
  const see = { instance: `status ${name}`, binding: 'status', broker: 'doctor' }[kind];
  return `the platform goes on with it, see kubectl mesitis ${see}`;
}
