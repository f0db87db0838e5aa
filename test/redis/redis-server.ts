import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun } from '../cluster/exec.js';
import { freePort } from '../cluster/free-port.js';
import { startProcess, untilReady } from '../cluster/process.js';

/** What a test may choose. */
export interface RedisServerOptions {
  /** Where it keeps its files, left there when it stops; a folder of its own that goes with it unless told. */
  directory?: string;
  /** A free one unless told. */
  port?: number;
  /** Any options of redis.conf, as arguments: `['--requirepass', 'x']`. */
  args?: readonly string[];
  /** For redis-cli, when the options ask for a password or TLS. */
  clientArgs?: readonly string[];
}

/** A real Redis on 127.0.0.1. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** What redis-cli prints for a command. */
  cli(...command: string[]): Promise<string>;
  /** SIGSTOP and SIGCONT: it keeps its connections and answers nothing in between. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

const START_LIMIT_MS = 20_000;

/**
 * Starts Redis without persistence (options may ask for it) and waits until it answers. It ends with this process at the
 * latest.
 *
 * @throws an Error with the end of its log when it does not start
 */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const { port = await freePort(), args = [], clientArgs = [] } = options;
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'mesitis-redis-')));
  const path = { PATH: process.env['PATH'] ?? '' };
  const server = await startProcess({
    name: 'redis-server',
    file: 'redis-server',
    args: ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', '', ...args],
    env: path,
  });
  const cli = async (...command: string[]): Promise<string> =>
    (await mustRun('redis-cli', ['-p', String(port), ...clientArgs, ...command])).trimEnd();
  await untilReady(server, START_LIMIT_MS, async () => {
    const answer = await cli('PING').catch(() => '');
    return answer === 'PONG' ? true : undefined;
  });
  const cleanUp = async (): Promise<void> => {
    if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
  };
  const resume = (): void => {
    if (server.running()) process.kill(server.pid, 'SIGCONT');
  };
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    cli,
    pause: () => process.kill(server.pid, 'SIGSTOP'),
    resume,
    async stop() {
      // Stopped by SIGSTOP it would not see SIGTERM.
      resume();
      await server.stop();
      await cleanUp();
    },
    async kill() {
      await server.kill();
      await cleanUp();
    },
  };
}
