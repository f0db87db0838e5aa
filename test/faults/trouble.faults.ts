import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../cluster/wait.js';
import type { Fate, ProxiedCall } from './api-server-proxy.js';
import type { Offering } from './offering.js';
import { Platform } from './platform.js';
import { randomFrom } from './random.js';
import {
  NOTHING,
  STAGE_MS,
  openLane,
  raiseStage,
  tracesOf,
  type Lane,
  type Stage,
  type Traces,
} from './stage.js';

const TEST_MS = 180_000;
const PASS: Fate = { kind: 'pass' };
const DONE = { kind: 'done' };

let stage: Stage;
let lane: Lane;

beforeAll(async () => {
  stage = await raiseStage();
  lane = await openLane(stage, 'trouble');
}, STAGE_MS);

afterEach(() => {
  lane.proxy.decide = () => PASS;
});

afterAll(async () => {
  await lane.close();
  await stage.close();
}, STAGE_MS);

function platformOf(
  offering: Offering,
  url = async (): Promise<string> => Promise.resolve(lane.broker.url),
): Platform {
  const { username, password } = lane.broker;
  return new Platform({ url, username, password }, offering);
}

async function traces(id: string): Promise<Traces> {
  return tracesOf(stage.kube, lane, id);
}

function whole(offering: Offering, size: 'small' | 'large'): object {
  const password = expect.stringMatching(/^.{24}$/);
  return { objects: offering.objects[size], size, password, records: ['ready'] };
}

describe('an API server that is killed', () => {
  /** Kills it at the lane's next third write; the function waits until the broker has felt it, and starts it again. */
  function killAtThirdWrite(): () => Promise<void> {
    let left = 3;
    let refused = 0;
    const killed = Promise.withResolvers<() => Promise<void>>();
    const kill = async (): Promise<void> => {
      const start = await stage.cluster.killApiServer?.();
      if (start !== undefined) killed.resolve(start);
    };
    lane.proxy.decide = ({ isWrite }) => {
      if (isWrite) left -= 1;
      if (left < 0) refused += 1;
      return isWrite && left === 0 ? { kind: 'cut', when: 'before', first: kill } : PASS;
    };
    return async () => {
      const start = await killed.promise;
      const what = 'the broker to ask for more while the API server is away';
      await until({ what, timeoutMs: 30_000 }, async () => Promise.resolve(refused >= 3 ? true : undefined));
      await start();
    };
  }

  test(
    'while a platform polls delays the instance, no more',
    async () => {
      const id = randomUUID();
      const platform = platformOf(lane.awaited);
      const back = killAtThirdWrite();
      const [outcome] = await Promise.all([platform.provision(id), back()]);
      expect(outcome).toEqual(DONE);
      expect(await traces(id)).toEqual(whole(lane.awaited, 'small'));
      await platform.deprovision(id);
      expect(await traces(id)).toEqual(NOTHING);
    },
    TEST_MS,
  );

  test(
    'while a platform waits leaves nothing that is not in the record, so that deleting cleans up',
    async () => {
      const id = randomUUID();
      const platform = platformOf(lane.plain);
      const back = killAtThirdWrite();
      await Promise.all([platform.insistOnProvision(id), back()]);
      expect(await traces(id)).toEqual(whole(lane.plain, 'small'));
      await platform.deprovision(id);
      expect(await traces(id)).toEqual(NOTHING);
    },
    TEST_MS,
  );
});

describe('an API server that refuses, is slow, and breaks off', () => {
  /** One request in six meets trouble, of a kind that passes. */
  function trouble(random: () => number): (call: ProxiedCall) => Fate {
    const kinds: ((call: ProxiedCall) => Fate)[] = [
      () => ({ kind: 'answer', status: 429, reason: 'TooManyRequests', headers: { 'retry-after': '0' } }),
      () => ({ kind: 'answer', status: 503, reason: 'ServiceUnavailable' }),
      () => ({ kind: 'late', ms: 300 * random() }),
      () => ({ kind: 'cut', when: 'before' }),
      ({ isWatch }) =>
        isWatch ? { kind: 'broken', afterMs: 300 * random() } : { kind: 'cut', when: 'after' },
      // Somebody else was faster, it says, as it may of an update or a deletion.
      ({ method }) => (method === 'PUT' || method === 'DELETE' ? CONFLICT : PASS),
    ];
    return (call) => {
      const [isMet, which] = [random() < 1 / 6, Math.floor(random() * kinds.length)];
      return isMet ? (kinds[which]?.(call) ?? PASS) : PASS;
    };
  }
  const CONFLICT: Fate = { kind: 'answer', status: 409, reason: 'Conflict' };

  const SEEDS = [1, 2, 3];
  const INSTANCES = 8;

  async function lifeOf(offering: Offering, id: string): Promise<void> {
    const platform = platformOf(offering);
    await platform.insistOnProvision(id);
    expect(await traces(id)).toEqual(whole(offering, 'small'));
    const { password } = await traces(id);
    await platform.insistOnUpdate(id, 'large');
    expect(await traces(id)).toEqual({ ...whole(offering, 'large'), password });
    expect(await platform.insistOnBind(id, 'b', 'large')).toMatchObject({ password });
    await platform.unbind(id, 'b');
    await platform.deprovision(id);
    expect(await traces(id)).toEqual(NOTHING);
  }

  test.each(SEEDS)(
    'costs time, and no instance (seed %d)',
    async (seed) => {
      let met = 0;
      const decide = trouble(randomFrom(seed));
      lane.proxy.decide = (call) => {
        const fate = decide(call);
        if (fate.kind !== 'pass') met += 1;
        return fate;
      };
      const lives = Array.from({ length: INSTANCES }, async (_, index) =>
        lifeOf(index % 2 === 0 ? lane.plain : lane.awaited, randomUUID()),
      );
      await Promise.all(lives);
      expect(met).toBeGreaterThan(INSTANCES * 5);
    },
    TEST_MS,
  );
});

describe('two brokers over one store', () => {
  const INSTANCES = 30;
  /** One of them is killed after so many writes: in the middle of the provisioning. */
  const KILL_AT = 80;

  test(
    'both answer, make nothing twice, and one finishes what the other leaves when it is killed',
    async () => {
      const random = randomFrom(4);
      const replica = await lane.broker.startReplica();
      const alive = [lane.broker, replica];
      const before = lane.proxy.writes.length;
      let killed: Promise<void> | undefined;
      lane.proxy.decide = ({ isWrite }) => {
        if (isWrite && killed === undefined && lane.proxy.writes.length - before >= KILL_AT) {
          alive.pop();
          killed = replica.kill();
        }
        return PASS;
      };
      const asked = new Set<string>();
      const url = async (): Promise<string> => {
        const chosen = alive[Math.floor(random() * alive.length)] ?? lane.broker;
        asked.add(chosen.url);
        return Promise.resolve(chosen.url);
      };
      const ids = Array.from({ length: INSTANCES }, () => randomUUID());
      const offeringOf = (index: number): Offering => (index % 3 === 0 ? lane.awaited : lane.plain);
      const platforms = ids.map((_id, index) => platformOf(offeringOf(index), url));

      const outcomes = await Promise.all(ids.map(async (id, index) => platforms[index]?.provision(id)));
      expect(outcomes).toEqual(ids.map(() => DONE));
      expect(asked.size).toBe(2);
      expect(killed).toBeDefined();
      await killed;
      const found = await Promise.all(ids.map(traces));
      expect(found).toEqual(ids.map((_id, index) => whole(offeringOf(index), 'small')));
      expect(madeTwice(lane.proxy.writes.slice(before))).toEqual([]);

      await replica.start();
      alive.push(replica);
      await Promise.all(ids.map(async (id, index) => platforms[index]?.deprovision(id)));
      expect(await Promise.all(ids.map(traces))).toEqual(ids.map(() => NOTHING));
      await replica.stop();
    },
    TEST_MS,
  );

  /** What was created more often than once. */
  function madeTwice(writes: Lane['proxy']['writes']): string[] {
    const created = writes
      .filter(({ method, status }) => method === 'POST' && status === 201)
      .map(({ path, name }) => `${path}/${name}`);
    return created.filter((name, index) => created.indexOf(name) !== index);
  }
});
