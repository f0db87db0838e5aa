import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RedisConnection } from './redis-connection.js';

/** Refuses the first command as a replica does, and says nothing after that. */
let server: Server;

beforeEach(async () => {
  let commands = 0;
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => {
      commands += 1;
      if (commands === 1) socket.write("-READONLY You can't write against a read only replica.\r\n");
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  server.close();
});

test('what is wrong is told although the time was over in the middle of trying once more', async () => {
  const { port } = server.address() as AddressInfo;
  const connection = new RedisConnection({
    endpoint: { host: '127.0.0.1', port, tls: false, database: 0 },
    limitMs: 500,
    answerMs: 60_000,
  });
  await expect(connection.run((send) => send('DEL', 'a'))).rejects.toThrow(/it is a replica/);
  connection.close();
});
