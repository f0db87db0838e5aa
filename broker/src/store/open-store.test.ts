import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { MemoryKube } from '@mesitis/kube/memory';
import { instanceRecord } from '../testing/record-fixture.js';
import type { StoreConfig } from './open-store.js';
import { openStore } from './open-store.js';

const reports = { onUnreadable: () => undefined, onWarning: () => undefined };
const encryptionKeys = [randomBytes(32).toString('base64')];
const kubernetes = { kind: 'kubernetes', kube: new MemoryKube(), namespace: 'ns', name: 'mesitis' } as const;
/** Nothing listens there. */
const redis = { kind: 'redis', url: 'redis://127.0.0.1:1', prefix: 'mesitis' } as const;

const KINDS: [string, StoreConfig, { keepsSecrets: boolean; isAvailable: boolean }][] = [
  ['memory', { kind: 'memory' }, { keepsSecrets: true, isAvailable: true }],
  ['kubernetes', kubernetes, { keepsSecrets: true, isAvailable: true }],
  ['redis', redis, { keepsSecrets: false, isAvailable: false }],
  ['redis with a key', { ...redis, encryptionKeys }, { keepsSecrets: true, isAvailable: false }],
];
test.each(KINDS)(
  'opens %s',
  async (_, config, expected) => {
    const store = await openStore(config, reports);
    expect({ keepsSecrets: store.keepsSecrets, isAvailable: await store.isAvailable() }).toEqual(expected);
    await store.close();
    // The first use of Redis loads its client, which takes jest seconds on a busy machine.
  },
  30_000,
);

test.each<StoreConfig>([{ kind: 'memory' }, kubernetes])(
  'opens a store that works, and has nothing to exchange, over $kind',
  async (config) => {
    const store = await openStore(config, reports);
    const version = await store.put(instanceRecord('i'), undefined);
    expect(await store.get('i')).toEqual({ record: instanceRecord('i'), version });
    expect(await store.reseal()).toEqual({ rewritten: 0, left: 0 });
  },
);

const MALFORMED: [string, StoreConfig, RegExp][] = [
  ['a URL', { ...redis, url: 'http://:secret@host' }, /must be redis:/],
  ['a prefix', { ...redis, prefix: 'a{secret}' }, /prefix of Redis keys/],
  ['a key', { ...redis, encryptionKeys: ['secret'] }, /encryption key 1 is not base64/],
  ['a name', { ...kubernetes, name: 'A secret' }, /must be a DNS label/],
];
test.each(MALFORMED)('refuses %s that is malformed, without quoting it', async (_, config, message) => {
  const refusal = openStore(config, reports);
  await expect(refusal).rejects.toThrow(message);
  await expect(refusal).rejects.not.toThrow(/secret/);
});
