import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { instanceRecord } from '@mesitis/broker/contract';
import type { OpenStore, StoreConfig } from '@mesitis/broker/store';
import { openStore, StoreConflict, StoreUnavailable } from '@mesitis/broker/store';
import { makeAuthority } from '../cluster/certificates.js';
import { freePort } from '../cluster/free-port.js';
import { until } from '../cluster/wait.js';
import type { CuttingProxy } from '../redis/cutting-proxy.js';
import { startCuttingProxy } from '../redis/cutting-proxy.js';
import type { RedisServer } from '../redis/redis-server.js';
import { startRedis } from '../redis/redis-server.js';

type RedisConfig = StoreConfig & { kind: 'redis' };

/** The time limit of a call, with some for a machine that is busy. */
const BOUND_MS = 9_000;

// A call may wait until the time limit of the store, and some tests have several that do.
jest.setTimeout(60_000);

let server: RedisServer;
let prefix: string;
let told: string[];
const opened: OpenStore[] = [];

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

beforeEach(() => {
  prefix = `faults:${randomUUID()}`;
  told = [];
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
});

async function open(config: Partial<RedisConfig> = {}): Promise<OpenStore> {
  const reports = {
    onUnreadable: (where: string, reason: string) => told.push(`${where}: ${reason}`),
    onWarning: (problem: string) => told.push(problem),
  };
  const store = await openStore({ kind: 'redis', url: server.url, prefix, ...config }, reports);
  opened.push(store);
  return store;
}

async function listed(store: OpenStore): Promise<string[]> {
  const ids: string[] = [];
  for await (const { record } of store.list()) ids.push(record.instanceId);
  return ids.toSorted();
}

/** How a call fails, and whether it did in time. */
async function failure(call: Promise<unknown>): Promise<Error> {
  const start = performance.now();
  const reason: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(performance.now() - start).toBeLessThan(BOUND_MS);
  if (!(reason instanceof Error)) throw new Error('the call did not fail');
  return reason;
}

describe('a Redis that goes away', () => {
  test('keeps with "appendfsync always" what it confirmed, when it is killed; the store goes on by itself', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'mesitis-redis-aof-'));
    const port = await freePort();
    const args = ['--appendonly', 'yes', '--appendfsync', 'always'];
    const first = await startRedis({ directory, port, args });
    const store = await open({ url: first.url });
    const ids = Array.from({ length: 50 }, (_, index) => `i-${index}`);
    const versions = await Promise.all(ids.map((id) => store.put(instanceRecord(id), undefined)));
    await first.kill();
    const second = await startRedis({ directory, port, args });
    expect(await listed(store)).toEqual(ids.toSorted());
    expect(await store.count({ states: ['provisioning'] })).toBe(50);
    await store.put(instanceRecord('i-0', { state: 'ready' }), versions[0]);
    await second.stop();
    await rm(directory, { recursive: true });
  });

  test('need not be there at the start', async () => {
    const port = await freePort();
    const store = await open({ url: `redis://127.0.0.1:${port}` });
    expect(await store.isAvailable()).toBe(false);
    const error = await failure(store.get('i'));
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(error.message).toBe(
      `Redis at redis://127.0.0.1:${port}/0 can not be used: there is no answer (ECONNREFUSED); ` +
        'check that it runs and that the URL has its address',
    );
    const late = await startRedis({ port });
    expect(await store.isAvailable()).toBe(true);
    await store.put(instanceRecord('i'), undefined);
    await late.stop();
  });

  test('fails calls in time while it is frozen, and is used again afterwards', async () => {
    const frozen = await startRedis();
    const store = await open({ url: frozen.url });
    const version = await store.put(instanceRecord('i'), undefined);
    frozen.pause();
    const calls = [
      store.get('i'),
      store.put(instanceRecord('j'), undefined),
      store.delete('j', version),
      listed(store),
      store.count({}),
    ];
    const failures = await Promise.all(calls.map(failure));
    expect(failures.map(({ name }) => name)).toEqual(calls.map(() => 'StoreUnavailable'));
    expect(await store.isAvailable()).toBe(false);
    frozen.resume();
    const { record } = (await store.get('i')) ?? {};
    expect(record).toEqual(instanceRecord('i'));
    await store.put(instanceRecord('i', { state: 'ready' }), version);
    await frozen.stop();
  });
});

describe('connections that break', () => {
  test('are made anew without anybody noticing', async () => {
    const store = await open();
    let version: string | undefined;
    for (let round = 0; round < 10; round += 1) {
      const calls = [store.put(instanceRecord('i'), version), store.get('j'), store.count({})] as const;
      await server.cli('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      [version] = await Promise.all(calls);
    }
    expect((await store.get('i'))?.version).toBe(version);
  });

  describe('after Redis carried a write out and before it answered', () => {
    let proxy: CuttingProxy;
    beforeEach(async () => {
      proxy = await startCuttingProxy(server.port);
    });
    afterEach(() => proxy.stop());

    test('leave the write done once', async () => {
      const store = await open({ url: `redis://127.0.0.1:${proxy.port}` });
      const direct = await open();
      await store.isAvailable();
      proxy.cutNextAnswer();
      const created = await store.put(instanceRecord('i'), undefined);
      expect((await direct.get('i'))?.version).toBe(created);
      proxy.cutNextAnswer();
      const updated = await store.put(instanceRecord('i', { state: 'ready' }), created);
      expect((await direct.get('i'))?.version).toBe(updated);
      proxy.cutNextAnswer();
      await store.delete('i', updated);
      expect(await direct.get('i')).toBeUndefined();
      expect(proxy.cuts()).toBe(3);
    });

    test('do not turn a conflict into a success', async () => {
      const store = await open({ url: `redis://127.0.0.1:${proxy.port}` });
      const direct = await open();
      const first = await direct.put(instanceRecord('i'), undefined);
      const second = await direct.put(instanceRecord('i'), first);
      await store.isAvailable();
      proxy.cutNextAnswer();
      await expect(store.put(instanceRecord('i'), first)).rejects.toThrow(StoreConflict);
      proxy.cutNextAnswer();
      await expect(store.delete('i', first)).rejects.toThrow(StoreConflict);
      expect((await direct.get('i'))?.version).toBe(second);
    });
  });

  test('is over when the store is closed', async () => {
    const store = await open();
    await store.put(instanceRecord('i'), undefined);
    await store.close();
    await expect(store.get('i')).rejects.toThrow(/the connection was closed/);
    expect(await store.isAvailable()).toBe(false);
  });
});

describe('a Redis that refuses', () => {
  test('has forgotten the scripts: they are sent again', async () => {
    const store = await open();
    const version = await store.put(instanceRecord('i'), undefined);
    await server.cli('SCRIPT', 'FLUSH');
    await store.put(instanceRecord('i', { state: 'ready' }), version);
    await server.cli('SCRIPT', 'FLUSH');
    expect(await store.count({ states: ['ready'] })).toBe(1);
  });

  test('is full', async () => {
    const store = await open();
    await store.put(instanceRecord('i'), undefined);
    await server.cli('CONFIG', 'SET', 'maxmemory', '1');
    try {
      expect((await failure(store.put(instanceRecord('j'), undefined))).message).toMatch(
        /memory is full; raise maxmemory/,
      );
      expect(await listed(store)).toEqual(['i']);
    } finally {
      await server.cli('CONFIG', 'SET', 'maxmemory', '0');
    }
  });

  test('became a replica, and a primary again', async () => {
    const store = await open();
    const version = await store.put(instanceRecord('i'), undefined);
    await server.cli('REPLICAOF', '127.0.0.1', '1');
    let error: Error;
    try {
      error = await failure(store.put(instanceRecord('i'), version));
    } finally {
      await server.cli('REPLICAOF', 'NO', 'ONE');
    }
    expect(error.message).toMatch(/it is a replica; the URL must lead to the primary/);
    await store.put(instanceRecord('i', { state: 'ready' }), version);
  });

  test('has other things under the prefix', async () => {
    await server.cli('SET', `{${prefix}}:instance:i`, 'else');
    const store = await open();
    expect((await failure(store.get('i'))).message).toMatch(
      /belong to something else; choose another prefix/,
    );
  });
});

describe('who may come in', () => {
  const password = 'correct horse/battery:staple';
  const login = (user: string, secret: string): string =>
    server.url.replace('//', `//${user}:${encodeURIComponent(secret)}@`);

  afterEach(() => server.cli('ACL', 'DELUSER', 'broker'));

  test('is a user with no more rights than docs/storage.md names', async () => {
    const rights =
      '+ping +info +select +eval +evalsha +hmget +hset +del +sadd +srem +scard +sinter +sscan'.split(' ');
    await server.cli('ACL', 'SETUSER', 'broker', 'on', `>${password}`, `~{${prefix}}:*`, ...rights);
    const store = await open({ url: `${login('broker', password)}/0` });
    const version = await store.put(instanceRecord('i'), undefined);
    const next = await store.put(instanceRecord('i', { state: 'ready' }), version);
    expect(await listed(store)).toEqual(['i']);
    expect(await store.count({ states: ['ready'], planId: 'plan', consumer: 'client-ns' })).toBe(1);
    await store.delete('i', next);
    expect(await store.isAvailable()).toBe(true);
    const elsewhere = await open({ url: login('broker', password), prefix: 'elsewhere' });
    expect((await failure(elsewhere.put(instanceRecord('i'), undefined))).message).toMatch(
      /its user may not do this/,
    );
  });

  test('is not a user with a wrong password; the message has none of it', async () => {
    await server.cli('ACL', 'SETUSER', 'broker', 'on', `>${password}`, '~*', '+@all');
    const store = await open({ url: login('broker', 'wrong secret') });
    const error = await failure(store.get('i'));
    expect(error.message).toMatch(/refuses the user or the password of the URL$/);
    expect(JSON.stringify([error.message, error.stack, String(error.cause)])).not.toContain('wrong');
  });
});

describe('a Redis over TLS', () => {
  let secure: RedisServer;
  let directory: string;
  let ca: string;
  let url: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mesitis-redis-tls-'));
    const authority = await makeAuthority('redis-ca');
    ca = authority.certificate;
    const { certificate, key } = await authority.issue({
      commonName: 'redis',
      hosts: { dns: ['localhost'], ip: ['127.0.0.1'] },
    });
    const files = {
      cert: join(directory, 'tls.crt'),
      key: join(directory, 'tls.key'),
      ca: join(directory, 'ca.crt'),
    };
    await Promise.all([
      writeFile(files.cert, certificate),
      writeFile(files.key, key),
      writeFile(files.ca, ca),
    ]);
    const tlsPort = String(await freePort());
    const tls = ['--tls-port', tlsPort, '--tls-cert-file', files.cert, '--tls-key-file', files.key];
    secure = await startRedis({ args: [...tls, '--tls-ca-cert-file', files.ca, '--tls-auth-clients', 'no'] });
    url = `rediss://127.0.0.1:${tlsPort}/0`;
  });
  afterAll(async () => {
    await secure.stop();
    await rm(directory, { recursive: true });
  });

  test('is used when its certificate is of the given authority', async () => {
    const store = await open({ url, ca });
    await store.put(instanceRecord('i'), undefined);
    expect(await listed(store)).toEqual(['i']);
  });

  test('is not used when it is of another', async () => {
    const { certificate: other } = await makeAuthority('other');
    for (const store of [await open({ url }), await open({ url, ca: other })]) {
      expect((await failure(store.get('i'))).message).toMatch(
        /check its certificate, the certificate authority/,
      );
    }
  });
});

describe('what people do to records', () => {
  test('says what was edited by hand, and lists the others', async () => {
    const store = await open();
    for (const id of ['bad', 'good', 'lost']) await store.put(instanceRecord(id), undefined);
    await server.cli('HSET', `{${prefix}}:instance:bad`, 'record', '{"instanceId":');
    await server.cli('DEL', `{${prefix}}:instance:lost`);
    await expect(store.get('bad')).rejects.toThrow(
      `the record in Redis key "{${prefix}}:instance:bad" can not be read: it is neither JSON nor compressed JSON`,
    );
    expect(await store.get('lost')).toBeUndefined();
    told = [];
    expect(await listed(store)).toEqual(['good']);
    expect(told).toEqual([expect.stringContaining('instance:bad": it is neither JSON')]);
  });

  test('tells a record from a copy of another', async () => {
    const store = await open();
    await store.put(instanceRecord('one'), undefined);
    await server.cli('COPY', `{${prefix}}:instance:one`, `{${prefix}}:instance:two`);
    await expect(store.get('two')).rejects.toThrow(/record of another instance/);
  });
});

describe('encryption', () => {
  const newKey = (): string => randomBytes(32).toString('base64');
  const stored = (id: string): Promise<string> => server.cli('HGET', `{${prefix}}:instance:${id}`, 'record');

  test('leaves nothing of the record to read', async () => {
    await (await open()).put(instanceRecord('plain'), undefined);
    await (await open({ encryptionKeys: [newKey()] })).put(instanceRecord('sealed'), undefined);
    expect(await stored('plain')).toContain('"instanceId":"plain"');
    expect(await stored('sealed')).toMatch(/^MSR1/);
    expect(await stored('sealed')).not.toContain('instanceId');
  });

  test('is entered, changed and left without losing a record', async () => {
    const [one, two] = [newKey(), newKey()];
    await (await open()).put(instanceRecord('i', { state: 'ready' }), undefined);
    const steps: [string[], RegExp][] = [
      [[one, 'plain'], /^MSR1/],
      [[two, one], /^MSR1/],
      [['plain', two], /^\{"instanceId"/],
    ];
    for (const [encryptionKeys, form] of steps) {
      const store = await open({ encryptionKeys });
      expect(await listed(store)).toEqual(['i']);
      expect(await store.reseal()).toEqual({ rewritten: 1, left: 0 });
      expect(await store.reseal()).toEqual({ rewritten: 0, left: 0 });
      expect(await stored('i')).toMatch(form);
      const after = await open({ encryptionKeys: encryptionKeys.slice(0, 1) });
      expect((await after.get('i'))?.record).toEqual(instanceRecord('i', { state: 'ready' }));
    }
  });

  test('does not take records that somebody put there in plain text', async () => {
    await (await open()).put(instanceRecord('i'), undefined);
    const store = await open({ encryptionKeys: [newKey()] });
    await expect(store.get('i')).rejects.toThrow(/takes encrypted records only/);
    expect(await listed(store)).toEqual([]);
  });
});

test('warns of a Redis that is set up to lose records, once', async () => {
  const store = await open();
  await store.isAvailable();
  await until({ what: 'the warning', timeoutMs: 5_000 }, () => Promise.resolve(told[0]));
  await server.cli('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await store.isAvailable();
  await store.count({});
  expect(told).toEqual([expect.stringMatching(/^Redis keeps no append-only file: .*set "appendonly yes"$/)]);
});
