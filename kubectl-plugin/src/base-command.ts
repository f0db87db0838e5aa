import { isKubeError, type KubeError, type KubeObject } from '@mesitis/kube';
import { Command } from '@oclif/core/command';
import type { Config } from '@oclif/core/config';
import * as Flags from '@oclif/core/flags';
import type { Cluster, PluginContext, Terminal } from './context.js';
import type { Subject } from './lib/advice.js';
import { parseDuration } from './lib/duration.js';
import { EXIT } from './lib/exit-codes.js';
import { connectError, explainKubeError } from './lib/explain-error.js';
import { OUTPUTS } from './lib/output.js';
import { notMet, PluginError, usageError } from './lib/plugin-error.js';
import { startProgress } from './lib/progress.js';
import { wrapWords } from './lib/wrap-words.js';
import { waitFor, type WaitRequest } from './lib/wait.js';

/** The flags that say which cluster and namespace, with kubectl's names and meanings. */
export const clusterFlags = {
  namespace: Flags.string({
    char: 'n',
    summary: "the namespace; by default the kubeconfig context's",
    helpGroup: 'cluster',
  }),
  context: Flags.string({ summary: 'the kubeconfig context to use', helpGroup: 'cluster' }),
  kubeconfig: Flags.string({ summary: 'the kubeconfig file to use', helpGroup: 'cluster' }),
};

/** `-o`, for commands that print API objects. */
export const outputFlag = {
  output: Flags.option({
    char: 'o',
    summary: 'the output format',
    options: OUTPUTS,
    default: 'table',
  })(),
};

/** `-p` and `--params-json`, for commands that send parameters to a broker. */
export const parameterFlags = {
  parameter: Flags.string({
    char: 'p',
    summary: 'a parameter; repeat it for more; dots nest',
    multiple: true,
    // Otherwise oclif takes the words after it for more parameters.
    multipleNonGreedy: true,
    helpValue: 'KEY=VALUE',
  }),
  'params-json': Flags.string({ summary: 'parameters as a JSON object', helpValue: 'JSON' }),
  'params-file': Flags.string({
    summary: 'parameters from a JSON or YAML file; - for standard input',
    helpValue: 'FILE',
  }),
};

/** `--wait` and `--timeout`, for commands that change something. */
export const waitFlags = {
  wait: Flags.boolean({ summary: 'wait until it is done', default: true, allowNo: true }),
  timeout: Flags.string({ summary: 'how long to wait (30s, 5m, 1h)', default: '5m' }),
};

/** What {@link clusterFlags} parse to. */
export interface ClusterFlags {
  namespace?: string | undefined;
  context?: string | undefined;
  kubeconfig?: string | undefined;
}

/** A cluster with the namespace to work in. */
export interface Session {
  cluster: Cluster;
  namespace: string;
}

/** What all commands share: the context that they were given, and the ways to reach a cluster, wait and print. */
export abstract class MesitisCommand extends Command {
  protected readonly context: PluginContext;

  constructor(argv: string[], config: Config, context: PluginContext) {
    super(argv, config);
    this.context = context;
  }

  protected get terminal(): Terminal {
    return this.context.terminal;
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
    const { kubeconfig, context, namespace } = flags;
    if (namespace === '') throw usageError('-n needs the name of a namespace');
    let cluster: Cluster;
    try {
      cluster = await this.context.connect({ kubeconfig, context });
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
          `${name} is not done after ${patience.text}${reasonOf(outcome.last)}; ${goesOn(subject)}`,
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

function goesOn({ kind, name }: Subject): string {
  return `the platform goes on with it, see kubectl mesitis status${kind === 'instance' ? ` ${name}` : ''}`;
}
