import { afterAll, beforeAll, jest } from '@jest/globals';
import type { TestBrokerOptions } from '@mesitis/broker/testing';
import { startTestBroker } from '@mesitis/broker/testing';
import { becomeAvailable } from './cluster.js';
import type { PlanIds } from './offerings.js';
import { offerings, PLANS } from './offerings.js';
import { operationOf, Platform } from './platform.js';

/** What a test file works in: one broker with all offerings, shared by its tests; each takes instance ids of its own. */
export interface World {
  platform: Platform;
  /** An instance of the plan that is ready; its id. */
  ready: (plan: PlanIds, fields?: Record<string, unknown>) => Promise<string>;
  /** An instance of the plan `web` whose provisioning runs and is not let finish. */
  provisioning: (fields?: Record<string, unknown>) => Promise<{ id: string; operation: string }>;
}

/** Each test takes milliseconds, but the first of a file pays for what the broker loads, however busy the machine. */
const TEST_MS = 30_000;

/** To be called once in a test file: starts the broker before its tests and stops it after them. */
export function world(options: TestBrokerOptions = {}): World {
  jest.setTimeout(TEST_MS);
  const started: Partial<World> = {};
  beforeAll(async () => {
    const broker = await startTestBroker({ objects: offerings(), ...options });
    started.platform = new Platform(broker);
  });
  afterAll(async () => {
    await started.platform?.broker.stop();
  });
  const platform = (): Platform => {
    if (started.platform === undefined) throw new Error('the world stands inside tests only');
    return started.platform;
  };
  return {
    get platform() {
      return platform();
    },
    ready: async (plan, fields) => makeReady(platform(), plan, fields),
    provisioning: async (fields) => beginProvisioning(platform(), fields),
  };
}

async function makeReady(
  platform: Platform,
  plan: PlanIds,
  fields?: Record<string, unknown>,
): Promise<string> {
  const id = platform.newId();
  const answer = await platform.provision(id, plan, fields, { accepts: true });
  if (answer.status === 201) return id;
  if (answer.status !== 202) throw new Error(`provisioning was answered with ${answer.status}`);
  await becomeAvailable(platform.broker.kube, id);
  const { body } = await platform.settled(id);
  if ((body as { state: unknown }).state !== 'succeeded') throw new Error('provisioning did not succeed');
  return id;
}

async function beginProvisioning(
  platform: Platform,
  fields?: Record<string, unknown>,
): Promise<{ id: string; operation: string }> {
  const id = platform.newId();
  const answer = await platform.provision(id, PLANS.web, fields, { accepts: true });
  if (answer.status !== 202) throw new Error(`provisioning was answered with ${answer.status}`);
  return { id, operation: operationOf(answer) };
}
