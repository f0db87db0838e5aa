import type { JsonObject, KubeObject, ObjectRef } from '@mesitis/kube';
import { refOf } from '@mesitis/kube';
import type { MemoryKube } from '@mesitis/kube/memory';
import type { Cluster, ConnectOptions, PluginContext, PluginKube, Screen } from '../context.js';
import { runCli } from '../run.js';

/** What a test may set about a run. */
export interface RunOptions {
  /** Whether stdout and stderr are a terminal of 80 columns, and of this kind. */
  terminal?: { color?: boolean; columns?: number };
  /** The answer to a question; without it standard input is no terminal. */
  answer?: boolean;
  /** What is typed when text is asked for, a line for each question and then the end of the input; see `answer`. */
  lines?: string[];
  connect?: (options: ConnectOptions) => Promise<Cluster>;
  signal?: AbortSignal;
  /** What a command that is run ends with; 0 when left out. */
  commandExit?: number;
  /** The parsed kubeconfig files; none when left out. */
  kubeconfigs?: unknown[];
  /** Where kubectl finds the plugin; nowhere when left out. */
  pluginFolder?: string;
  /** What standard input holds; empty when left out. */
  input?: string;
  /** Called with all of standard output so far, whenever something was written to it. */
  onOut?: (text: string) => void;
  /** Fires when nobody reads standard output any more. */
  closed?: AbortSignal;
}

/** What came out of a run. */
export interface RunResult {
  out: string;
  err: string;
  exitCode: number;
  questions: string[];
  /** The commands that were run; each ends with the code that the options say. */
  commands: { command: readonly string[]; variables: Readonly<Record<string, string>> }[];
  connections: ConnectOptions[];
}

/** Runs a command line in this process against a fake cluster, whose context has the namespace `client-ns`. */
export async function runPlugin(
  argv: string[],
  kube: PluginKube,
  options: RunOptions = {},
): Promise<RunResult> {
  const out = capture(options, options.onOut);
  const err = capture(options);
  const questions: string[] = [];
  const connections: ConnectOptions[] = [];
  const commands: RunResult['commands'] = [];
  const { answer } = options;
  const lines = options.lines?.slice();
  const context: PluginContext = {
    terminal: {
      out: out.screen,
      err: err.screen,
      ...(answer === undefined
        ? {}
        : {
            confirm: (question: string) => {
              questions.push(question);
              return Promise.resolve(answer);
            },
          }),
      ...(lines === undefined
        ? {}
        : {
            ask: (question: string) => {
              questions.push(question);
              return Promise.resolve(lines.shift());
            },
          }),
    },
    connect: (connectOptions) => {
      connections.push(connectOptions);
      return options.connect?.(connectOptions) ?? Promise.resolve(clusterOf(kube));
    },
    readKubeconfigs: () => Promise.resolve(options.kubeconfigs ?? []),
    pluginFolder: () => Promise.resolve(options.pluginFolder),
    readInput: () => Promise.resolve(options.input ?? ''),
    runCommand: (command, variables) => {
      commands.push({ command, variables });
      return Promise.resolve(options.commandExit ?? 0);
    },
    newId: () => '00000000-0000-4000-8000-000000000000',
    signal: options.signal ?? new AbortController().signal,
    now: () => Date.parse('2026-01-01T00:02:00Z'),
  };
  const exitCode = await runCli(argv, context);
  return { out: out.text(), err: err.text(), exitCode, questions, commands, connections };
}

/** The same cluster, with a platform that answers each write as `reactions` say, after the write returned. */
export function withPlatform(
  kube: MemoryKube,
  reactions: {
    /** The conditions that a new object gets, one status write after the other. */
    onCreate?: (object: KubeObject) => JsonObject[][];
    /** The statuses that a changed object gets, one write after the other. */
    onPatch?: (object: KubeObject) => JsonObject[];
    /** Called after a deletion was asked for. */
    onRemove?: (ref: ObjectRef) => Promise<void>;
  },
): PluginKube {
  return {
    get: (ref, options) => kube.get(ref, options),
    list: (query, options) => kube.list(query, options),
    watch: (query, version, options) => kube.watch(query, version, options),
    patch: async (ref, patch, options) => {
      const patched = await kube.patch(ref, patch, options);
      const writes = reactions.onPatch?.(patched) ?? [];
      setImmediate(() => void writeStatuses(kube, ref, writes));
      return patched;
    },
    resourceOf: (type, options) => kube.resourceOf(type, options),
    create: async (object, options) => {
      const created = await kube.create(object, options);
      const writes = reactions.onCreate?.(created) ?? [];
      const statuses = writes.map((conditions) => ({ conditions }));
      setImmediate(() => void writeStatuses(kube, refOf(created), statuses));
      return created;
    },
    remove: async (ref, options) => {
      const removed = await kube.remove(ref, options);
      setImmediate(() => void reactions.onRemove?.(ref));
      return removed;
    },
  };
}

async function writeStatuses(kube: MemoryKube, ref: ObjectRef, writes: JsonObject[]): Promise<void> {
  for (const status of writes) {
    await kube.patch(ref, { type: 'merge', body: { status } }, { subresource: 'status' });
  }
}

/** The context's namespace exists, whether or not a test says so. */
function clusterOf(kube: PluginKube): Cluster {
  const own: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'client-ns' } };
  return {
    get: async (ref, options) =>
      (await kube.get(ref, options)) ??
      (ref.kind === own.kind && ref.name === own.metadata.name ? own : undefined),
    list: (query, options) => kube.list(query, options),
    watch: (query, version, options) => kube.watch(query, version, options),
    create: (object, options) => kube.create(object, options),
    remove: (ref, options) => kube.remove(ref, options),
    patch: (ref, patch, options) => kube.patch(ref, patch, options),
    resourceOf: (type, options) => kube.resourceOf(type, options),
    defaultNamespace: 'client-ns',
    close: () => undefined,
  };
}

function capture(
  { terminal, closed }: RunOptions,
  onText?: (text: string) => void,
): { screen: Screen; text: () => string } {
  let text = '';
  return {
    screen: {
      write: (data) => {
        text += typeof data === 'string' ? data : Buffer.from(data).toString('utf8');
        onText?.(text);
      },
      isTTY: terminal !== undefined,
      color: terminal?.color ?? false,
      columns: terminal === undefined ? undefined : (terminal.columns ?? 80),
      ...(closed === undefined ? {} : { closed }),
    },
    text: () => text,
  };
}
