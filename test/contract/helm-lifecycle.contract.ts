import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import type { HelmProvision } from './helm-stage.js';
import { helmProcesses, HelmStage, killHelm, releaseOf, untilAwaited, workFor } from './helm-stage.js';

// Each test runs helm ten times and more.
jest.setTimeout(120_000);

let stage: HelmStage;

beforeAll(async () => {
  stage = await HelmStage.start();
}, 300_000);

afterAll(async () => stage.close());

describe('an installation that waits', () => {
  test('tells what it waits for and ends when that is ready', async () => {
    const work = workFor('patient');
    const plan = await stage.planned(work.instanceId, { chart: 'slow' }, 60);
    const making = stage.provisioner.make(plan, work);
    await stage.makeReady(plan, work);
    expect(await making).not.toHaveProperty('failure');
    await stage.provisioner.awaitReady(plan, work, 60);
    await stage.provisioner.remove(plan, work);
    expect(await stage.inCluster(plan)).toEqual([]);
  });

  test('fails when the time is over and names what is not ready', async () => {
    const work = workFor('too slow');
    const plan = await stage.planned(work.instanceId, { chart: 'slow' }, 2);
    const { failure, made } = await stage.provisioner.make(plan, work);
    expect(failure?.error).toMatchObject({
      code: 'NotReady',
      message: expect.stringContaining(`failed: Pod ${stage.namespace}/${releaseOf(plan).name}: `),
    });
    await stage.provisioner.remove(made, work);
    expect(await stage.inCluster(plan)).toEqual([]);
  });

  test('ends with the work, and no helm is left', async () => {
    const work = workFor('halted');
    const plan = await stage.planned(work.instanceId, { chart: 'slow' }, 60);
    const making = stage.provisioner.make(plan, work);
    await untilAwaited(work);
    work.end(new Error('the operation was halted'));
    await expect(making).rejects.toThrow('the operation was halted');
    expect(await helmProcesses()).toEqual([]);
    await stage.provisioner.remove(plan, workFor('halted'));
    expect(await stage.inCluster(plan)).toEqual([]);
  });

  test('is begun again when helm was killed in the middle', async () => {
    const work = workFor('killed');
    const plan = await stage.planned(work.instanceId, { chart: 'slow' }, 60);
    const making = stage.provisioner.make(plan, work);
    await killHelm('install', work);
    expect((await making).failure?.error).toMatchObject({ code: 'ReleaseFailed' });

    const again = workFor('killed');
    const resumed = stage.provisioner.make(plan, again);
    await stage.makeReady(plan, again);
    expect(await resumed).not.toHaveProperty('failure');
    await stage.provisioner.remove(plan, work);
    expect(await stage.inCluster(plan)).toEqual([]);
  });

  test('is undone when helm was killed in the middle', async () => {
    const work = workFor('killed and undone');
    const plan = await stage.planned(work.instanceId, { chart: 'slow' }, 60);
    const making = stage.provisioner.make(plan, work);
    await killHelm('install', work);
    await stage.provisioner.remove((await making).made, work);
    expect(await stage.inCluster(plan)).toEqual([]);
  });
});

describe('a release that changes', () => {
  test('has the new values, and its coordinates follow', async () => {
    const work = workFor('changed');
    const before = await stage.planned(work.instanceId, { chart: 'database', values: { data: { a: '1' } } });
    const after = await stage.planned(work.instanceId, {
      chart: 'database',
      values: { data: { b: '2' }, port: 1234 },
    });
    await stage.provisioner.make(before, work);
    expect((await stage.provisioner.change(before, after, work)).coordinates).toMatchObject({ port: 1234 });
    expect(await stage.settingsOf(after)).toEqual({ b: '2' });
    expect((await stage.provisioner.change(after, before, work)).coordinates).toMatchObject({ port: 5432 });
    expect(await stage.settingsOf(after)).toEqual({ a: '1' });
    await stage.provisioner.remove(before, work);
    expect(await stage.inCluster(before)).toEqual([]);
  });

  test('moves when it is called otherwise', async () => {
    const work = workFor('moved');
    const before = await stage.planned(work.instanceId, { chart: 'database' });
    const after = await stage.planned(work.instanceId, { chart: 'database', name: 'other' });
    await stage.provisioner.make(before, work);
    await stage.provisioner.change(before, after, work);
    expect(await stage.inCluster(before)).toEqual([]);
    expect(await stage.inCluster(after)).toContain('Service NAME');
    await stage.provisioner.remove(after, work);
  });

  test.each<[string, Partial<HelmProvision>]>([
    ['does not become ready', { chart: 'slow', values: { data: { a: '2' } } }],
    ['is refused', { chart: 'refused', values: { data: { a: '2' } } }],
    ['can not be rendered', { chart: 'failing', values: { password: 'hunter2-hunter2' } }],
  ])('is restored when the new one %s, even without the chart', async (what, data) => {
    const work = workFor(what);
    const before = await stage.planned(work.instanceId, {
      chart: 'database',
      repository: stage.charts.repository,
      version: '1.2.3',
      values: { data: { a: '1' } },
    });
    const after = await stage.planned(work.instanceId, data, 2);
    await stage.provisioner.make(before, work);
    await expect(stage.provisioner.change(before, after, work)).rejects.toMatchObject({
      name: 'BrokerError',
    });
    stage.charts.setLost(true);
    await stage.provisioner.change(after, before, work);
    stage.charts.setLost(false);
    expect(await stage.settingsOf(before)).toEqual({ a: '1' });
    expect(await stage.inCluster(before)).not.toContain('Pod NAME');
    await stage.provisioner.remove(before, work);
    expect(await stage.inCluster(before)).toEqual([]);
  });

  test.each([
    ['goes on', true],
    ['is restored', false],
  ])('%s when helm was killed in the middle', async (what, isForward) => {
    const work = workFor(`killed, ${what}`);
    const before = await stage.planned(work.instanceId, { chart: 'database', values: { data: { a: '1' } } });
    const after = await stage.planned(work.instanceId, { chart: 'slow', values: { data: { a: '2' } } }, 60);
    await stage.provisioner.make(before, work);
    const changing = stage.provisioner.change(before, after, work);
    await Promise.all([
      expect(changing).rejects.toMatchObject({ code: 'ReleaseFailed' }),
      killHelm('upgrade', work),
    ]);
    if (isForward) {
      const again = workFor(work.instanceId);
      const resumed = stage.provisioner.change(before, after, again);
      await stage.makeReady(after, again);
      await resumed;
    } else await stage.provisioner.change(after, before, work);
    expect(await stage.settingsOf(before)).toEqual({ a: isForward ? '2' : '1' });
    await stage.provisioner.remove(before, work);
    expect(await stage.inCluster(before)).toEqual([]);
  });
});

test('a removal waits until everything is gone, and goes on when it is asked again', async () => {
  const work = workFor('held');
  const plan = await stage.planned(work.instanceId, { chart: 'database' });
  await stage.provisioner.make(plan, work);
  await stage.hold(plan, ['example.org/held']);
  const named = {
    code: 'DeprovisionIncomplete',
    message: expect.stringContaining(`ConfigMap ${stage.namespace}/`),
  };
  await expect(stage.provisioner.remove(plan, work)).rejects.toMatchObject(named);
  await expect(stage.provisioner.remove(plan, work)).rejects.toMatchObject(named);
  await stage.hold(plan, null);
  await stage.provisioner.remove(plan, work);
  expect(await stage.inCluster(plan)).toEqual([]);
});

test('nothing of any run stays on the disk', async () => {
  expect(await readdir(stage.temporaryFolder)).toEqual([]);
});
