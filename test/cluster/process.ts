import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { until } from './wait.js';

/** What to run. */
export interface ProcessOptions {
  /** For messages: `kube-apiserver`. */
  name: string;
  file: string;
  args: string[];
  /** The whole environment: nothing is inherited. */
  env?: NodeJS.ProcessEnv;
  cwd?: string;
}

/** A process that belongs to this one: it ends when it is stopped, and at the latest when this process ends. */
export interface ManagedProcess {
  readonly name: string;
  readonly pid: number;
  /** Whether it still runs. */
  running(): boolean;
  /** The lines of stdout and stderr in the order of arrival; the oldest are dropped beyond 20,000. */
  logs(): string[];
  /** SIGTERM, and SIGKILL when that has no effect for 30 s; resolves when the process is gone. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

const KEPT_LINES = 20_000;
/** What Kubernetes gives a Pod (terminationGracePeriodSeconds). */
const STOP_LIMIT_MS = 30_000;

/** Starts a process. @throws an Error that names the file when it can't be run. */
export async function startProcess(options: ProcessOptions): Promise<ManagedProcess> {
  const { name, file, args, env = {}, cwd } = options;
  // detached: its own process group, so that Ctrl-C in a terminal reaches only this process, which stops the others.
  const child = spawn(file, args, { env, cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) =>
      reject(new Error(`${name} can't be run: ${error.message}`, { cause: error })),
    );
  });
  const pid = child.pid ?? 0;
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
    });
  }
  const dismiss = whenOrphaned('kill -KILL "$1" 2>/dev/null', String(pid));
  child.once('close', dismiss);

  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const kill = async (): Promise<void> => {
    if (running()) child.kill('SIGKILL');
    await exited;
  };
  return {
    name,
    pid,
    running,
    logs: () => [...lines],
    kill,
    async stop() {
      if (running()) child.kill('SIGTERM');
      const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      await exited;
      clearTimeout(limit);
    },
  };
}

/**
 * Waits until `probe` gives a value, no longer than the process lives. On failure the process is killed.
 *
 * @throws an Error that tells "exited early" from "timed out", with the last lines of the log.
 */
export async function untilReady<Value>(
  process: ManagedProcess,
  timeoutMs: number,
  probe: () => Promise<Value | undefined>,
): Promise<Value> {
  try {
    return await until({ what: `${process.name} to be ready`, timeoutMs }, async () => {
      if (!process.running()) throw new Error(`${process.name} exited early.`);
      return probe();
    });
  } catch (error) {
    await process.kill();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason} ${lastLines(process.logs())}`, { cause: error });
  }
}

/** The end of a log as an appendix to a message. */
export function lastLines(lines: readonly string[], count = 15): string {
  if (lines.length === 0) return 'It printed nothing.';
  return `Its last lines:\n${lines.slice(-count).join('\n')}`;
}

/**
 * Has a shell run `script` when this process ends in whatever way, SIGKILL included, unless the returned function was
 * called before: the shell waits on a pipe that the kernel closes together with this process.
 */
export function whenOrphaned(script: string, ...args: string[]): () => void {
  const guard = spawn('sh', ['-c', `read -r dismissed || { ${script}; }`, 'guard', ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const { stdin } = guard;
  // A guard that died early is no reason to fail; nor may it keep this process alive.
  guard.on('error', () => undefined);
  stdin.on('error', () => undefined);
  guard.unref();
  if (stdin instanceof Socket) stdin.unref();
  return () => stdin.end('dismissed\n');
}
