import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range from which Linux and macOS take the ports of outgoing connections, above what services use. */
const LOWEST = 20000;
const HIGHEST = 29999;

/**
 * A TCP port that nothing on this machine listens on. Drawn at random from a range that outgoing connections never
 * use, so that none takes it between this check and its use.
 */
export async function freePort(random: () => number = Math.random): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = LOWEST + Math.floor(random() * (HIGHEST - LOWEST + 1));
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port between ${LOWEST} and ${HIGHEST}; stop what is left of earlier runs.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port);
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
