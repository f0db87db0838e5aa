import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startSandbox } from './sandbox.js';

const USAGE = 'usage: node sandbox/dist/main.js --kubeconfig FILE [--port N]';
/** sysexits(3) EX_USAGE. */
const EXIT_USAGE = 64;

/** Runs a sandbox until SIGTERM or SIGINT; the kubeconfig is written once it listens. */
async function main(): Promise<void> {
  const { kubeconfig, port } = readArguments(process.argv.slice(2));
  const sandbox = await startSandbox({ port });
  writeFileSync(kubeconfig, sandbox.kubeconfig, { mode: 0o600 });
  process.stdout.write(`${JSON.stringify({ msg: 'listening', url: sandbox.url, kubeconfig })}\n`);
  const stop = (): void => void sandbox.close();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

function readArguments(args: string[]): { kubeconfig: string; port: number } {
  const { kubeconfig, port = '0' } = parseOrExit(args);
  if (kubeconfig !== undefined && /^\d{1,5}$/.test(port) && Number(port) < 65_536) {
    return { kubeconfig, port: Number(port) };
  }
  return refuse('Give a file for the kubeconfig, and as --port a number up to 65535 if any.');
}

function parseOrExit(args: string[]): { kubeconfig?: string; port?: string } {
  try {
    const options = { kubeconfig: { type: 'string' }, port: { type: 'string' } } as const;
    return parseArgs({ args, options }).values;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function refuse(why: string): never {
  process.stderr.write(`${why}\n${USAGE}\n`);
  process.exit(EXIT_USAGE);
}

await main();
