import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { describeStoreContract } from '@mesitis/broker/contract';
import type { RedisServer, RedisServerOptions } from '../redis/redis-server.js';
import { startRedis } from '../redis/redis-server.js';
import { storeClients } from '../redis/store-clients.js';

const encryptionKeys = [randomBytes(32).toString('base64')];
/** More than any store takes. */
const tooLargeBytes = 17_000_000;

/** A server for the tests of the describe block around it. */
function redis(options: RedisServerOptions = {}): () => RedisServer {
  let server: RedisServer | undefined;
  beforeAll(async () => {
    server = await startRedis(options);
  }, 30_000);
  afterAll(() => server?.stop());
  return () => {
    if (server === undefined) throw new Error('Redis has not started.');
    return server;
  };
}

const place = (server: () => RedisServer) =>
  ({ kind: 'redis', url: server().url, prefix: `contract:${randomUUID()}` }) as const;

describe('one server', () => {
  const server = redis();

  describeStoreContract('redis, plain', {
    newPlace: () => storeClients(place(server)),
    keepsSecrets: false,
    tooLargeBytes,
  });

  describeStoreContract('redis, encrypted', {
    newPlace: () => storeClients({ ...place(server), encryptionKeys }),
    keepsSecrets: true,
    tooLargeBytes,
  });
});

describe('a node of a cluster, which refuses scripts whose keys could be on several', () => {
  const server = redis({ args: ['--cluster-enabled', 'yes'] });
  beforeAll(async () => {
    await server().cli('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  });

  describeStoreContract('redis, clustered', {
    newPlace: () => storeClients(place(server)),
    keepsSecrets: false,
    tooLargeBytes,
  });
});
