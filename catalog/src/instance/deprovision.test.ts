import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { condition, Harness, isReady } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';
import type { Answer } from '../testing/scripted-broker.js';

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start(catalogOf('db', 'small'));
  await harness.controller();
  await harness.register();
  await harness.create('ServiceInstance', 'mine', { clusterServiceClassExternalName: 'db' });
  await harness.until('ServiceInstance', 'mine', isReady);
});

afterEach(async () => {
  await harness.stop();
});

const deletions = (): string[] => harness.broker.calls().filter((call) => call.startsWith('DELETE'));

describe('a deprovision', () => {
  test.each<[string, ...Answer[]]>([
    ...[400, 401, 403, 404, 408, 409, 422, 429, 500, 503].map((status): [string, Answer] => [
      String(status),
      { status, body: {} },
    ]),
    ['no answer in time', 'hang'],
    // The client itself asks twice.
    ['a cut connection', 'cut', 'cut'],
  ])('that meets %s is tried again, and never given up on', async (_case, ...answers) => {
    harness.broker.script('DELETE', /./, ...answers);
    await harness.remove('ServiceInstance', 'mine');
    const failed = await harness.untilReason('ServiceInstance', 'mine', 'DeprovisionCallFailed');
    expect(condition(failed)).toMatchObject({ status: 'Unknown' });
    expect(condition(failed, 'Failed')).toBeUndefined();
    const before = deletions().length;
    harness.clock.advance(1000);
    await harness.untilGone('ServiceInstance', 'mine');
    expect(deletions()).toHaveLength(before + 1);
    expect([...harness.broker.instances]).toEqual([]);
  });

  test.each<[string, Answer]>([
    ['200 without a body', { status: 200 }],
    ['200 with a page', { status: 200, text: '<html>' }],
    ['410 without a body', { status: 410 }],
    ['410 with a page', { status: 410, text: 'gone' }],
  ])('is over after %s', async (_case, answer) => {
    harness.broker.script('DELETE', /./, answer);
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilGone('ServiceInstance', 'mine');
    expect(deletions()).toHaveLength(1);
  });
});
