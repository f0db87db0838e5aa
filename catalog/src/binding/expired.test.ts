import { afterEach, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import type { CatalogController } from '../controller.js';
import type { CredentialEnds } from '../metrics/metrics.js';
import { condition, Harness, isReady } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';
import type { Answer } from '../testing/scripted-broker.js';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 0, 1);

let harness: Harness;
let controller: CatalogController;

afterEach(async () => {
  await harness.stop();
});

const granted = (hours: number): Answer => ({
  status: 201,
  body: {
    credentials: { uri: 'u' },
    metadata: { expires_at: new Date(START + hours * HOUR_MS).toISOString() },
  },
});

/** Two bindings that are ready: `short` has credentials for 9 hours, `long` for 90. */
async function start(): Promise<void> {
  harness = await Harness.start(catalogOf('db', 'small'));
  controller = await harness.controller();
  await harness.register();
  await harness.create('ServiceInstance', 'mine', { clusterServiceClassExternalName: 'db' });
  await harness.until('ServiceInstance', 'mine', isReady);
  harness.broker.script('PUT', /service_bindings\/short$/, granted(9));
  harness.broker.script('PUT', /service_bindings\/long$/, granted(90));
  for (const name of ['short', 'long']) {
    await harness.create('ServiceBinding', name, { instanceRef: { name: 'mine' }, externalID: name });
    await harness.until('ServiceBinding', name, isReady);
  }
}

async function pass(milliseconds: number): Promise<void> {
  await harness.clock.scheduled(milliseconds);
  harness.clock.advance(milliseconds);
}

const ends = (): CredentialEnds | undefined => controller.snapshot().brokers[0]?.credentials;

const until = (wanted: (stored: KubeObject) => boolean): Promise<KubeObject> =>
  harness.until('ServiceBinding', 'short', wanted);

test('credentials that end without others are told of, on the binding and by numbers, until there are others', async () => {
  await start();
  expect(ends()).toEqual({ firstEnd: START + 9 * HOUR_MS, overdue: 0 });

  const refused = { status: 422, body: {} };
  harness.broker.script('PUT', /service_bindings\/id-\d+$/, refused);
  await pass(6 * HOUR_MS);
  await until((stored) => condition(stored, 'Rotating')?.reason === 'BindCallFailed');
  expect(ends()).toEqual({ firstEnd: START + 9 * HOUR_MS, overdue: 1 });

  harness.broker.script('PUT', /service_bindings\/id-\d+$/, refused);
  await harness.clock.scheduled(1000);
  harness.clock.advance(3 * HOUR_MS);
  const ended = await until((stored) => condition(stored, 'Expired') !== undefined);
  expect(condition(ended, 'Expired')).toMatchObject({
    status: 'True',
    reason: 'CredentialsExpired',
    message:
      'The credentials ended at 2026-01-01T09:00:00Z, as the broker had said, and there are no others yet',
  });
  expect(ended).toHaveProperty('status.lastConditionState', 'Ready');

  harness.broker.script('PUT', /service_bindings\/id-\d+$/, granted(99));
  await harness.clock.scheduled(2000);
  harness.clock.advance(2000);
  const renewed = await until((stored) => condition(stored, 'Rotating') === undefined);
  expect(condition(renewed, 'Expired')).toBeUndefined();
  expect(ends()).toEqual({ firstEnd: START + 90 * HOUR_MS, overdue: 0 });
});
