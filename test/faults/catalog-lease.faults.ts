import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Server } from '../cluster/server.js';
import { until } from '../cluster/wait.js';
import { instance, isReady, raiseCatalogStage, settled, type CatalogStage } from './catalog-stage.js';
import { STAGE_MS } from './stage.js';

const TEST_MS = 60_000;

describe('a catalog that can do everything but renew its Lease', () => {
  let stage: CatalogStage;
  let leader: Server;
  let standby: Server;

  beforeAll(async () => {
    stage = await raiseCatalogStage();
    leader = stage.catalog;
    await until(
      { what: 'the first to lead', timeoutMs: 20_000 },
      async () => (await leads(leader)) || undefined,
    );
    standby = await stage.startAnother();
  }, STAGE_MS);

  afterAll(() => stage.close(), STAGE_MS);

  async function leads({ healthUrl }: Server): Promise<boolean> {
    return /^mesitis_catalog_leader 1$/m.test(await (await fetch(`${healthUrl}/metrics`)).text());
  }

  async function provision(name: string): Promise<void> {
    await stage.kube.create(instance(name));
    await settled(stage, { kind: 'ServiceInstance', name }, isReady);
  }

  test(
    'ends before another one works, and nothing is asked of the broker twice',
    async () => {
      await provision('before');
      stage.proxy.decide = ({ path }) =>
        path.includes('/leases/') ? { kind: 'cut', when: 'before' } : { kind: 'pass' };
      await provision('while-it-still-leads');
      await until({ what: 'the leader to give up', timeoutMs: 20_000 }, () =>
        Promise.resolve(leader.logs().some((line) => line.includes('leadership lost')) || undefined),
      );
      expect(await leads(standby)).toBe(false);
      await provision('after');
      expect(await leads(standby)).toBe(true);
      expect(stage.broker.calls).toHaveLength(3);
    },
    TEST_MS,
  );
});
