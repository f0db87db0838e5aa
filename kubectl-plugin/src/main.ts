import { access, constants, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Cluster, ConnectOptions, PluginContext } from './context.js';
import { EXIT } from './lib/exit-codes.js';
import { processTerminal } from './process-terminal.js';
import { runCli } from './run.js';

/** The composition root of the plugin: makes the context from the process and ends the process with the exit code. */
export async function main(): Promise<void> {
  const interruption = new AbortController();
  const interrupt = (): void => {
    interruption.abort();
    // A wait ends by the signal and says what goes on; a request that is under way is not worth a second Ctrl-C.
    setTimeout(() => process.exit(EXIT.interrupted), 200).unref();
  };
  process.once('SIGINT', interrupt);
  const context: PluginContext = {
    terminal: processTerminal(
      { stdin: () => process.stdin, stdinFd: 0, stdout: process.stdout, stderr: process.stderr },
      process.env,
      outputLost,
    ),
    connect: (options) => connect(options, process.env['KUBECONFIG']),
    readKubeconfigs: (named) => readKubeconfigs(named ?? process.env['KUBECONFIG']),
    pluginFolder: () => pluginFolder(process.env['PATH'] ?? ''),
    readInput: () => text(process.stdin),
    runCommand: async (command, variables) => {
      const { runCommand } = await import('./process-command.js');
      // From here on Ctrl-C is the command's.
      process.off('SIGINT', interrupt);
      return runCommand(command, variables);
    },
    newId: () => crypto.randomUUID(),
    signal: interruption.signal,
    now: () => Date.now(),
  };
  const exitCode = await runCli(process.argv.slice(2), context);
  // Not process.exitCode alone: a connection that is still open would keep the process alive.
  process.stdout.write('', (error) => {
    // A stream that broke tells so by its event, which comes after this.
    if (error === null || error === undefined) process.exit(exitCode);
    process.exitCode = exitCode;
  });
}

/** Ends the process before anything else reacts to the broken stream. */
function outputLost({ message }: Error): never {
  process.stderr.write(`error: the output can't be written: ${message}\n`);
  process.exit(EXIT.refused);
}

/** Late, because `--help` needs no cluster. */
async function connect(
  { kubeconfig, ...options }: ConnectOptions,
  fromEnvironment?: string,
): Promise<Cluster> {
  const { loadClient } = await import('@mesitis/kube/client');
  const files = kubeconfig ?? fromEnvironment;
  return loadClient({
    ...(files === undefined || files === '' ? {} : { kubeconfig: files }),
    ...given(options),
    environment: process.env,
    alone: true,
    fieldManager: 'kubectl-mesitis',
  });
}

type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Only the options that were given: the client takes a member that is undefined for a mistake. */
function given<T extends object>(options: T): Given<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given<T>;
}

/** For completion alone, which wants names and no reasons. */
async function readKubeconfigs(list: string | undefined): Promise<unknown[]> {
  const { parse } = await import('yaml');
  const named = (list ?? '').split(delimiter).filter((path) => path !== '');
  const paths = named.length > 0 ? named : [join(homedir(), '.kube', 'config')];
  const read = paths.map(async (path) => parse(await readFile(path, 'utf8')) as unknown);
  const results = await Promise.allSettled(read);
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

async function pluginFolder(path: string): Promise<string | undefined> {
  const name = process.platform === 'win32' ? 'kubectl-mesitis.exe' : 'kubectl-mesitis';
  for (const folder of path.split(delimiter).filter((each) => each !== '')) {
    const there = await access(join(folder, name), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (there) return folder;
  }
  return undefined;
}
