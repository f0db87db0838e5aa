import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { BrokerError } from '../errors.js';
import { helmEnvironment } from './helm-environment.js';
import { BoundedLines } from './bounded-lines.js';
import { Slots } from './slots.js';

/** How `helm` is run. */
export interface HelmRunnerOptions {
  /** The binary: a path, or a name to look up on the PATH of `environment`. */
  file: string;
  /** This process's; only what {@link helmEnvironment} lets through reaches helm. */
  environment: Readonly<Record<string, string | undefined>>;
  /** As kubectl reads KUBECONFIG; without it helm uses the ServiceAccount of the Pod. */
  kubeconfig?: string;
  /** Where the private folders go. */
  temporaryFolder: string;
  /** The path of util-linux's `setpriv`, by which helm ends when this process is killed; absent where there is none. */
  setpriv?: string;
  /** How many processes at once; each takes up to 100 MiB. Default 2. */
  concurrency?: number;
  /** How long helm has after SIGTERM, in milliseconds, until SIGKILL. Default 10,000. */
  killAfterMs?: number;
  /** How many characters of stdout are read before helm is ended. Default 16 Mi, ten times the largest release. */
  outputLimit?: number;
}

/** One run. */
export interface HelmCommand {
  args: readonly string[];
  /** Written to stdin: values go there, so that they are never in a file or in the list of processes. */
  input?: string;
  /** Ends helm and whatever it started. */
  signal: AbortSignal;
  /** Whether stdout is read; helm prints the values there after an installation. Default false. */
  readOutput?: boolean;
  /** Told each line of stderr. */
  onLine?: (line: string) => void;
  /** Told when the run has to wait for others. */
  onQueued?: () => void;
}

/** What a finished helm left. */
export interface HelmResult {
  /** Undefined when a signal ended it. */
  code?: number;
  signal?: NodeJS.Signals;
  stdout: string;
  /** The last lines, without those of the debug level and without the name of the private folder. */
  stderr: string[];
}

/**
 * Runs helm to its end; any exit code is a result.
 * @throws the signal's reason when it fired, after helm is gone
 * @throws BrokerError ReleaseFailed when it can't be run or prints without end
 */
export type RunHelm = (command: HelmCommand) => Promise<HelmResult>;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const KILL_AFTER_MS = 10_000;
const OUTPUT_LIMIT = 16 * 1024 * 1024;

/** Gives the function that runs helm: without a shell, with an environment and a folder of its own each time. */
export function helmRunner(options: HelmRunnerOptions): RunHelm {
  const slots = new Slots(options.concurrency ?? 2);
  return async (command) =>
    slots.use(
      command.signal,
      async () => {
        const folder = await mkdtemp(join(options.temporaryFolder, 'helm-'));
        try {
          return await runIn(folder, options, command);
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      },
      command.onQueued ?? (() => undefined),
    );
}

async function runIn(folder: string, options: HelmRunnerOptions, command: HelmCommand): Promise<HelmResult> {
  const { signal, input = '', readOutput = false, onLine = () => undefined } = command;
  signal.throwIfAborted();
  const { outputLimit = OUTPUT_LIMIT, killAfterMs = KILL_AFTER_MS } = options;
  const child = start(folder, options, command.args);
  const group = processGroup(child, killAfterMs);
  signal.addEventListener('abort', group.end, { once: true });
  const output = { text: '', isTooMuch: false };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (!readOutput || output.isTooMuch) return;
    output.text += text;
    if (output.text.length <= outputLimit) return;
    output.isTooMuch = true;
    output.text = '';
    group.end();
  });
  const lines = new BoundedLines();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    for (const line of lines.push(text)) onLine(line);
  });
  // A helm that ends before it has read everything closes the pipe; what counts is how it ended.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  try {
    const ended = await group.ended;
    signal.throwIfAborted();
    if (output.isTooMuch)
      throw new BrokerError('ReleaseFailed', `helm printed more than ${outputLimit} characters`);
    // The folder's name says nothing to anybody, and it is different each time.
    const stderr = lines.kept().map((line) => line.replaceAll(`${folder}/`, '').replaceAll(folder, '.'));
    return { ...ended, stdout: output.text, stderr };
  } finally {
    signal.removeEventListener('abort', group.end);
  }
}

function start(folder: string, options: HelmRunnerOptions, args: readonly string[]): Child {
  const { environment, kubeconfig, setpriv } = options;
  const file = options.file.includes('/') ? resolve(options.file) : options.file;
  const paths = kubeconfig?.split(delimiter).map((path) => (path === '' ? path : resolve(path)));
  return spawn(
    setpriv ?? file,
    [...(setpriv === undefined ? [] : ['--pdeathsig', 'KILL', '--', file]), ...args],
    {
      // Nothing is there that a chart's name could be taken for.
      cwd: folder,
      env: helmEnvironment(environment, folder, paths?.join(delimiter)),
      // A process group of its own, so that what helm starts (the plugins that log in to clusters) ends with it.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
}

interface ProcessGroup {
  ended: Promise<Pick<HelmResult, 'code' | 'signal'>>;
  /** SIGTERM, after which helm still records that the release failed; SIGKILL when that takes too long. */
  end: () => void;
}

function processGroup(child: Child, killAfterMs: number): ProcessGroup {
  let limit: NodeJS.Timeout | undefined;
  const send = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      // Nobody is left in the group.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  return {
    end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      send('SIGTERM');
      limit ??= setTimeout(() => send('SIGKILL'), killAfterMs);
    },
    ended: new Promise((resolve, reject) => {
      child.once('error', (error) => {
        clearTimeout(limit);
        reject(new BrokerError('ReleaseFailed', 'helm can not be run', { cause: error }));
      });
      // What helm started and left behind would keep the pipes open.
      child.once('exit', () => send('SIGKILL'));
      child.once('close', (code, signal) => {
        clearTimeout(limit);
        resolve({ ...(code === null ? {} : { code }), ...(signal === null ? {} : { signal }) });
      });
    }),
  };
}
