import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { instanceRecord } from '../testing/record-fixture.js';
import type { InstanceState } from './instance-record.js';
import type { InstanceFilter, InstanceStore, StoredInstance } from './instance-store.js';
import { StoreConflict } from './instance-store.js';

/** A place where records lie, empty at first. Gives one more client of the same records, as another replica has. */
export type StorePlace = () => InstanceStore;

/** What the contract needs to run. */
export interface StoreContract {
  /** A place that nobody else uses. */
  newPlace: () => Promise<StorePlace>;
  /** As the store is to say. */
  keepsSecrets: boolean;
  /** A record of so many bytes that no compression makes smaller is too large; absent: nothing is. */
  tooLargeBytes?: number;
  /** How many records make several pages; 600 unless told. */
  manyRecords?: number;
}

const WRITERS = 20;
const ROUNDS = 5;

/**
 * Holds an instance store to what the port promises; every implementation runs it.
 * @param title names the implementation
 */
export function describeStoreContract(title: string, contract: StoreContract): void {
  describe(`instance store: ${title}`, () => {
    const opened: InstanceStore[] = [];
    const newPlace = async (): Promise<StorePlace> => {
      const open = await contract.newPlace();
      return () => {
        const store = open();
        opened.push(store);
        return store;
      };
    };
    const newStore = async (): Promise<InstanceStore> => (await newPlace())();
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((store) => store.close()));
    });

    describeRecords(newStore);
    describeVersions(newStore);
    describeWriters(newPlace);
    describeFilters(newStore);
    describePages(newStore, contract.manyRecords ?? 600);
    describeSizes(newStore, contract.tooLargeBytes);

    test('says whether it keeps secrets, answers, and can be closed twice', async () => {
      const store = await newStore();
      expect(store.keepsSecrets).toBe(contract.keepsSecrets);
      expect(await store.isAvailable()).toBe(true);
      await store.close();
      await store.close();
    });
  });
}

type NewStore = () => Promise<InstanceStore>;

function describeRecords(newStore: NewStore): void {
  test('knows nothing at first', async () => {
    const store = await newStore();
    expect(await store.get('i')).toBeUndefined();
    expect(await listed(store)).toEqual([]);
    expect(await store.count({})).toBe(0);
  });

  test('gives back what was put, whole', async () => {
    const store = await newStore();
    const version = await store.put(instanceRecord('i'), undefined);
    expect(await store.get('i')).toEqual({ record: instanceRecord('i'), version });
    expect(await all(store)).toEqual([{ record: instanceRecord('i'), version }]);
  });

  test.each(['a/b', '..', 'ümlaut 🙂', '__proto__', ' ', '*', '{a}', 'a\nb', 'x'.repeat(255)])(
    'takes the id %j',
    async (id) => {
      const store = await newStore();
      const version = await store.put(instanceRecord(id), undefined);
      await store.put(instanceRecord('other'), undefined);
      expect((await store.get(id))?.record.instanceId).toBe(id);
      expect(await listed(store)).toEqual([id, 'other'].toSorted());
      await store.delete(id, version);
      expect(await listed(store)).toEqual(['other']);
    },
  );

  test('tells ids apart by case', async () => {
    const store = await newStore();
    await store.put(instanceRecord('ID'), undefined);
    expect(await store.get('id')).toBeUndefined();
    await store.put(instanceRecord('id'), undefined);
    expect(await listed(store)).toEqual(['ID', 'id']);
  });

  test('hands out records that nobody shares', async () => {
    const store = await newStore();
    const given = instanceRecord('i');
    await store.put(given, undefined);
    given.state = 'failed';
    const read = await store.get('i');
    if (read !== undefined) read.record.bindings = [];
    expect((await store.get('i'))?.record).toEqual(instanceRecord('i'));
  });
}

function describeVersions(newStore: NewStore): void {
  test('replaces the version that was read', async () => {
    const store = await newStore();
    const first = await store.put(instanceRecord('i'), undefined);
    const second = await store.put(instanceRecord('i', { state: 'ready' }), first);
    expect(await store.get('i')).toEqual({
      record: instanceRecord('i', { state: 'ready' }),
      version: second,
    });
  });

  test('refuses to create what exists and to replace what changed or is gone', async () => {
    const store = await newStore();
    const first = await store.put(instanceRecord('i'), undefined);
    const second = await store.put(instanceRecord('i', { state: 'ready' }), first);
    await expect(store.put(instanceRecord('i'), undefined)).rejects.toThrow(StoreConflict);
    await expect(store.put(instanceRecord('i'), first)).rejects.toThrow(StoreConflict);
    await expect(store.put(instanceRecord('absent'), first)).rejects.toThrow(StoreConflict);
    expect(await store.get('i')).toEqual({
      record: instanceRecord('i', { state: 'ready' }),
      version: second,
    });
    expect(await store.get('absent')).toBeUndefined();
  });

  test('takes a write that changes nothing for a write: the version before it does not count any more', async () => {
    const store = await newStore();
    const first = await store.put(instanceRecord('i'), undefined);
    const second = await store.put(instanceRecord('i'), first);
    expect(second).not.toBe(first);
    await expect(store.put(instanceRecord('i'), first)).rejects.toThrow(StoreConflict);
  });

  test('deletes the version that was read and no other', async () => {
    const store = await newStore();
    const first = await store.put(instanceRecord('i'), undefined);
    const second = await store.put(instanceRecord('i', { state: 'ready' }), first);
    await expect(store.delete('i', first)).rejects.toThrow(StoreConflict);
    await store.delete('i', second);
    expect(await store.get('i')).toBeUndefined();
    await expect(store.delete('i', second)).rejects.toThrow(StoreConflict);
  });

  test('never gives a version twice, also when an id is deleted and taken again', async () => {
    const store = await newStore();
    const versions: string[] = [];
    for (let life = 0; life < 10; life += 1) {
      const first = await store.put(instanceRecord('i'), undefined);
      const second = await store.put(instanceRecord('i'), first);
      versions.push(first, second);
      await store.delete('i', second);
    }
    expect(new Set(versions).size).toBe(20);
    await store.put(instanceRecord('i'), undefined);
    for (const version of versions) {
      await expect(store.put(instanceRecord('i'), version)).rejects.toThrow(StoreConflict);
      await expect(store.delete('i', version)).rejects.toThrow(StoreConflict);
    }
  });
}

function describeWriters(newPlace: () => Promise<StorePlace>): void {
  test(`lets exactly one of ${WRITERS} writers win each round, of four clients`, async () => {
    const open = await newPlace();
    const clients = [open(), open(), open(), open()];
    const writers = Array.from({ length: WRITERS }, (_, index) => clients[index % clients.length] ?? open());
    let version: string | undefined;
    for (let round = 0; round < ROUNDS; round += 1) {
      const expected: string | undefined = version;
      const outcomes = await Promise.allSettled(
        writers.map((store, writer) =>
          store.put(instanceRecord('i', { note: `${round}/${writer}` }), expected),
        ),
      );
      const { winners, losers } = split(outcomes);
      expect(losers.every((reason) => reason instanceof StoreConflict)).toBe(true);
      expect(winners).toHaveLength(1);
      const [winner] = winners;
      version = winner?.value;
      expect(await clients[0]?.get('i')).toEqual({
        record: instanceRecord('i', { note: `${round}/${winner?.index ?? ''}` }),
        version,
      });
    }
  });

  test('lets exactly one win of writers and deleters', async () => {
    const open = await newPlace();
    const clients = [open(), open()] as const;
    for (let round = 0; round < ROUNDS; round += 1) {
      const version = await clients[0].put(instanceRecord('i'), undefined);
      const outcomes = await Promise.allSettled(
        Array.from({ length: WRITERS }, (_, writer) =>
          writer % 2 === 0
            ? clients[0].put(instanceRecord('i', { state: 'ready' }), version)
            : clients[1].delete('i', version),
        ),
      );
      const { winners, losers } = split(outcomes);
      expect(losers.every((reason) => reason instanceof StoreConflict)).toBe(true);
      expect(winners).toHaveLength(1);
      const left = await clients[1].get('i');
      expect(left?.version).toBe(winners[0]?.value);
      if (left !== undefined) await clients[0].delete('i', left.version);
    }
  });

  test('shows a write at once to every client', async () => {
    const open = await newPlace();
    const [one, other] = [open(), open()];
    const version = await one.put(instanceRecord('i'), undefined);
    expect((await other.get('i'))?.version).toBe(version);
    expect(await listed(other)).toEqual(['i']);
    await other.delete('i', version);
    expect(await one.get('i')).toBeUndefined();
    expect(await one.count({})).toBe(0);
  });
}

function describeFilters(newStore: NewStore): void {
  const FILTERS: readonly [InstanceFilter, string[]][] = [
    [{}, ['a', 'b', 'c', 'd']],
    [{ states: ['ready'] }, ['a', 'b', 'd']],
    [{ states: ['ready', 'provisioning'] }, ['a', 'b', 'c', 'd']],
    [{ states: ['failed'] }, []],
    [{ states: [] }, []],
    [{ planId: 'gold' }, ['b', 'c']],
    [{ planId: '' }, []],
    [{ consumer: 'team-1' }, ['a', 'b']],
    [{ consumer: '' }, ['d']],
    [{ consumer: 'cf:an org/a space' }, ['c']],
    [{ states: ['ready'], planId: 'gold' }, ['b']],
    [{ states: ['ready', 'provisioning'], planId: 'gold', consumer: 'team-1' }, ['b']],
    [{ planId: 'gold', consumer: 'absent' }, []],
  ];

  test('lists and counts what a filter chooses', async () => {
    const store = await newStore();
    await store.put(instanceRecord('a', { state: 'ready', consumer: 'team-1' }), undefined);
    await store.put(instanceRecord('b', { state: 'ready', planId: 'gold', consumer: 'team-1' }), undefined);
    await store.put(instanceRecord('c', { planId: 'gold', consumer: 'cf:an org/a space' }), undefined);
    await store.put(instanceRecord('d', { state: 'ready', consumer: '' }), undefined);
    for (const [filter, expected] of FILTERS) {
      const found = { filter, ids: await listed(store, filter), count: await store.count(filter) };
      expect(found).toEqual({ filter, ids: expected, count: expected.length });
    }
  });

  test('chooses by what was written last', async () => {
    const store = await newStore();
    const first = await store.put(instanceRecord('i', { planId: 'silver', consumer: 'one' }), undefined);
    const now = { state: 'ready', planId: 'gold', consumer: 'two' } as const;
    const second = await store.put(instanceRecord('i', now), first);
    const before: InstanceFilter[] = [
      { states: ['provisioning'] },
      { planId: 'silver' },
      { consumer: 'one' },
    ];
    const after: InstanceFilter[] = [{ states: ['ready'] }, { planId: 'gold' }, { consumer: 'two' }, {}];
    for (const filter of before) expect([filter, await store.count(filter)]).toEqual([filter, 0]);
    for (const filter of after) expect([filter, await listed(store, filter)]).toEqual([filter, ['i']]);
    await store.delete('i', second);
    for (const filter of [...before, ...after]) {
      expect([filter, await store.count(filter), await listed(store, filter)]).toEqual([filter, 0, []]);
    }
  });
}

function describePages(newStore: NewStore, many: number): void {
  test(`lists ${many} records, each once, while they are deleted, and stops when nobody asks for more`, async () => {
    const store = await newStore();
    const ids = Array.from({ length: many }, (_, index) => `instance-${index}`);
    const states: InstanceState[] = ['ready', 'failed', 'updating'];
    await inParallel(ids, async (id, index) => {
      await store.put(instanceRecord(id, { state: states[index % 3] ?? 'ready' }), undefined);
    });
    expect(await listed(store)).toEqual(ids.toSorted());
    expect(await store.count({})).toBe(many);
    expect(await store.count({ states: ['failed'] })).toBe(many / 3);
    for await (const stored of store.list()) {
      expect(ids).toContain(stored.record.instanceId);
      break;
    }
    const seen: string[] = [];
    for await (const { record, version } of store.list({ states: ['ready', 'updating'] })) {
      seen.push(record.instanceId);
      await store.delete(record.instanceId, version);
    }
    expect(seen.toSorted()).toEqual(ids.filter((_, index) => index % 3 !== 1).toSorted());
    expect(await store.count({})).toBe(many / 3);
  }, 120_000);
}

function describeSizes(newStore: NewStore, tooLargeBytes: number | undefined): void {
  test('takes a record of 300,000 bytes that can not be made smaller', async () => {
    const store = await newStore();
    const record = instanceRecord('i', { note: noise(300_000) });
    await store.put(record, undefined);
    expect((await store.get('i'))?.record).toEqual(record);
  });

  if (tooLargeBytes === undefined) return;
  test('refuses a record that is too large and keeps the one before it', async () => {
    const store = await newStore();
    const large = instanceRecord('i', { note: noise(tooLargeBytes) });
    await expect(store.put(large, undefined)).rejects.toMatchObject({ name: 'RecordTooLarge' });
    const version = await store.put(instanceRecord('i'), undefined);
    const refusal = await store.put(large, version).catch(String);
    // Short: nothing of the record is quoted.
    expect(refusal).toMatch(/^RecordTooLarge: .*"i".{1,200}$/);
    expect(await store.get('i')).toEqual({ record: instanceRecord('i'), version });
  });
}

/** Random base64: deflate gains nothing on it but the quarter that base64 adds. */
function noise(bytes: number): string {
  return randomBytes((bytes * 3) / 4).toString('base64');
}

async function all(store: InstanceStore, filter?: InstanceFilter): Promise<StoredInstance[]> {
  const found: StoredInstance[] = [];
  for await (const stored of store.list(filter)) found.push(stored);
  return found;
}

async function listed(store: InstanceStore, filter?: InstanceFilter): Promise<string[]> {
  return (await all(store, filter)).map(({ record }) => record.instanceId).toSorted();
}

function split<Value>(outcomes: PromiseSettledResult<Value>[]): {
  winners: { index: number; value: Value }[];
  losers: unknown[];
} {
  return {
    winners: outcomes.flatMap((outcome, index) =>
      outcome.status === 'fulfilled' ? [{ index, value: outcome.value }] : [],
    ),
    losers: outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : [])),
  };
}

async function inParallel<Item>(
  items: readonly Item[],
  task: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const rest = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of rest) await task(item, index);
  };
  await Promise.all(Array.from({ length: 20 }, worker));
}
