import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { until } from '../cluster/wait.js';
import type { Broker } from '../cluster/broker.js';
import { serveCharts, type ChartSources } from '../contract/helm-charts.js';
import { startRedis, type RedisServer } from '../redis/redis-server.js';
import { VaultServer } from '../vault/server.js';
import { Consumer, publish, statusOf } from './consumer.js';
import { entryOf, objectsIn, serviceOf, wrapped } from './offerings.js';
import { vaultOffering } from './vault-offering.js';
import { STAGE_MS, makeNamespaces, raiseStage, type Stage } from './stage.js';

/** The offerings of the brokers on Redis: objects with a generated password, and coordinates without any secret. */
function offeringsOn(namespace: string): KubeObject[] {
  const names = { generated: `${namespace}-generated`, plain: `${namespace}-plain` };
  return [
    entryOf(namespace, {
      offering: names.generated,
      uuid: names.generated,
      provisionconfigmapobjects: objectsIn('objects-ns', names.generated),
      credentialfromcatalog: { username: 'app', password: '${generate.instancePassword(24)}' },
    }),
    wrapped(namespace, names.generated, 1, serviceOf(names.generated)),
    entryOf(namespace, {
      offering: names.plain,
      uuid: names.plain,
      provisionnonclusterurl: { url: 'https://plain.example.com' },
    }),
  ];
}

// Each test starts a broker, or one again.
jest.setTimeout(STAGE_MS);

describe('what a broker works with, as consumers meet it', () => {
  let directory: string;
  let stage: Stage;
  let charts: ChartSources;
  let vault: VaultServer;
  let redis: RedisServer;
  let client: Consumer;
  const brokers: Broker[] = [];
  const secrets = new Set<string>();

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mesitis-e2e-'));
    [stage, charts, vault, redis] = await Promise.all([
      // The Vault of this test speaks http.
      raiseStage({ webhook: { allowInsecureVault: true } }),
      serveCharts(directory),
      VaultServer.start(),
      startRedis(),
    ]);
    await makeNamespaces(stage.kube, 'client-ns', 'provider-ns', 'sealed-ns', 'open-ns');
    client = new Consumer(stage, 'client-ns');
  });

  afterAll(async () => {
    await stage.close();
    await Promise.all([charts.close(), vault.close(), redis.stop()]);
    await rm(directory, { recursive: true, force: true });
  });

  const startBroker = async (namespace: string, values: object = {}): Promise<Broker> => {
    // A release of its own each: the names of its objects in the provision namespace must differ.
    const broker = await stage.platform.startBroker({
      namespace,
      release: namespace,
      provisionNamespaces: ['objects-ns'],
      values,
    });
    brokers.push(broker);
    secrets.add(broker.password);
    return broker;
  };
  const secretOf = async (
    namespace: string,
    name: string,
    stringData: Record<string, string>,
  ): Promise<void> => {
    await stage.kube.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData });
  };
  /** What lies in the namespace where objects are made, as KIND NAME. */
  const made = async (): Promise<string[]> => {
    const lists = await Promise.all(
      ['Service', 'ConfigMap', 'Secret'].map((kind) =>
        stage.kube.list({ apiVersion: 'v1', kind, namespace: 'objects-ns' }),
      ),
    );
    return lists
      .flatMap(({ items }) => items)
      .map(({ kind, metadata }) => `${kind} ${metadata.name ?? ''}`)
      .toSorted();
  };
  const keysInRedis = async (): Promise<string> => redis.cli('KEYS', '*');

  describe('a broker with the store of the chart', () => {
    let broker: Broker;

    beforeAll(async () => {
      const { entry, login, secrets: hidden } = await vaultOffering(vault, 'provider-ns');
      await stage.kube.create(login);
      for (const value of hidden) secrets.add(value);
      broker = await startBroker('provider-ns');
      await publish(stage, broker, [
        entryOf('provider-ns', {
          offering: 'database',
          uuid: 'database',
          parameters: { type: 'object', properties: { mode: { type: 'string', default: 'small' } } },
          provisionhelmchart: {
            namespace: 'objects-ns',
            name: 'db',
            chart: 'database',
            repository: charts.repository,
            version: '1.2.3',
            values: { data: { mode: '${parameters.mode}', password: '${generate.password(24)}' } },
          },
          credentialfromcatalog: { username: 'app', password: '${generate.instancePassword(24)}' },
        }),
        entry,
      ]);
    });

    test('a Helm chart from a repository: coordinates and the password of its values are delivered, and it goes again', async () => {
      const before = await made();
      const id = await client.provision('database', 'database', { mode: 'large' });
      await broker.kill();
      await broker.start();
      const delivered = await client.bind('database');
      secrets.add(delivered['password'] ?? '');
      expect(delivered).toMatchObject({ host: `db-${id}.objects-ns.svc.cluster.local`, port: '5432' });
      const settings = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'objects-ns', name: `db-${id}` };
      expect((await stage.kube.get(settings))?.['data']).toEqual({
        mode: 'large',
        password: delivered['password'],
      });
      await broker.kill();
      await broker.start();
      await client.release({ bindings: ['database'], instances: ['database'] });
      expect(await made()).toEqual(before);
    });

    test('Vault: each binding gets an account with a lease, which unbind revokes', async () => {
      await client.provision('account', 'account');
      const [first, second] = [
        await client.bind('account-1', 'account'),
        await client.bind('account-2', 'account'),
      ];
      for (const { password = '' } of [first, second]) secrets.add(password);
      expect(vault.accounts('database').toSorted()).toEqual(
        [first['username'], second['username']].toSorted(),
      );
      await broker.kill();
      await broker.start();
      await client.release({ bindings: ['account-1'] });
      expect(vault.accounts('database')).toEqual([second['username']]);
      await client.release({ bindings: ['account-2'], instances: ['account'] });
      expect(vault.accounts('database')).toEqual([]);
    });

    test('credentials of the broker are rotated without a restart', async () => {
      const old = `${broker.username}:${broker.password}`;
      const statusWith = async (pair: string): Promise<number> => {
        const headers = {
          authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
          'x-broker-api-version': '2.17',
        };
        return (await fetch(`${broker.url}/v2/catalog`, { headers })).status;
      };
      const untilStatus = async (pair: string, status: number): Promise<void> => {
        await until({ what: `${status}`, timeoutMs: 10_000 }, async () =>
          (await statusWith(pair)) === status ? true : undefined,
        );
      };
      secrets.add('the-next-password');
      const ref = { apiVersion: 'v1', kind: 'Secret', namespace: 'provider-ns', name: broker.secretName };
      const write = async (stringData: Record<string, string>, data: JsonObject = {}): Promise<void> => {
        await stage.kube.patch(ref, { type: 'merge', body: { stringData, data } });
        await broker.renewMounts();
      };
      await write({ 'username-2': 'next', 'password-2': 'the-next-password' });
      await untilStatus('next:the-next-password', 200);
      expect(await statusWith(old)).toBe(200);

      await write(
        { username: 'next', password: 'the-next-password' },
        { 'username-2': null, 'password-2': null },
      );
      await untilStatus(old, 401);
      await client.provision('after', 'account');
      await client.release({ instances: ['after'] });
    });
  });

  test('Redis with a key: instances outlive a kill, what lies there is sealed, and nothing is left at the end', async () => {
    const key = randomBytes(32).toString('base64');
    secrets.add(key);
    await secretOf('sealed-ns', 'redis', { 'encryption-key': key });
    const broker = await startBroker('sealed-ns', {
      store: { kind: 'redis', redis: { url: redis.url, existingSecret: 'redis', hasEncryptionKey: true } },
    });
    await publish(stage, broker, offeringsOn('sealed-ns'));
    const before = { keys: await keysInRedis(), made: await made() };

    const id = await client.provision('sealed', 'sealed-ns-generated');
    const { password = '' } = await client.bind('sealed');
    secrets.add(password);
    expect(password).toMatch(/^[A-Za-z0-9]{24}$/);
    const stored = await redis.cli('--raw', 'EVAL', ALL_TEXT, '0');
    expect(stored).not.toBe('');
    expect(stored).not.toContain(password);
    expect(stored).not.toContain(`sealed-ns-generated-${id}`);

    await broker.kill();
    await broker.start();
    expect(await client.bind('sealed-again', 'sealed')).toMatchObject({ password });
    await client.release({ bindings: ['sealed', 'sealed-again'], instances: ['sealed'] });
    expect({ keys: await keysInRedis(), made: await made() }).toEqual(before);
  });

  test('Redis without a key: what would have to be kept secret is left out, and /status says why', async () => {
    const broker = await startBroker('open-ns', {
      store: { kind: 'redis', redis: { url: redis.url, prefix: 'open:' } },
    });
    await publish(stage, broker, offeringsOn('open-ns'));
    expect(await statusOf(broker)).toMatchObject({
      plans: 1,
      rejected: [
        {
          configMap: 'entry-open-ns-generated-1',
          reason: expect.stringContaining('STORE_ENCRYPTION_KEY'),
        },
      ],
    });
    await client.provision('plain', 'open-ns-plain');
    await client.release({ instances: ['plain'] });
  });

  test('no server was refused anything by the API server, and none logged a secret', () => {
    const lines = [stage.platform.webhook, stage.platform.catalog, ...brokers].flatMap((server) =>
      server.logs(),
    );
    expect(lines.filter((line) => line.includes('forbidden'))).toEqual([]);
    for (const secret of secrets) expect(lines.filter((line) => line.includes(secret))).toEqual([]);
    expect(secrets.has('')).toBe(false);
  });
});

/** A script for Redis: everything that is in its hashes, as one text. */
const ALL_TEXT = `
local text = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  if redis.call('TYPE', key).ok == 'hash' then
    text[#text + 1] = table.concat(redis.call('HVALS', key), ' ')
  end
end
return table.concat(text, ' ')`;
