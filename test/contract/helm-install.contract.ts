import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { join } from 'node:path';
import type { HelmProvision } from './helm-stage.js';
import { HelmStage, releaseOf, workFor } from './helm-stage.js';

// Each test runs helm ten times and more.
jest.setTimeout(120_000);

let stage: HelmStage;

beforeAll(async () => {
  stage = await HelmStage.start();
}, 300_000);

afterAll(async () => stage.close());

describe('a chart', () => {
  test.each<[string, () => Partial<HelmProvision>]>([
    [
      'an HTTP repository',
      () => ({ chart: 'database', repository: stage.charts.repository, version: '1.2.3' }),
    ],
    ['a URL', () => ({ chartUrl: `${stage.charts.repository}/database-1.2.3.tgz` })],
    [
      'a URL, its version confirmed',
      () => ({ chartUrl: `${stage.charts.repository}/database-1.2.3.tgz`, version: '1.2.3' }),
    ],
    ['an OCI registry', () => ({ chart: `${stage.charts.registry}/database`, version: '1.2.3' })],
    ['an OCI registry by its tag', () => ({ chart: `${stage.charts.registry}/database:1.2.3` })],
    ['a folder', () => ({ chart: 'database' })],
    ['a folder by its whole path', () => ({ chart: join(stage.charts.folder, 'database') })],
  ])('from %s is installed, reached at its Service, and leaves nothing behind', async (from, data) => {
    const work = workFor(`from ${from}`);
    const plan = await stage.planned(work.instanceId, {
      ...data(),
      values: { port: 5433, data: { a: '--b' } },
    });
    const outcome = await stage.provisioner.make(plan, work);
    const host = `${releaseOf(plan).name}.${stage.namespace}.svc.cluster.local`;
    expect(outcome).toEqual({
      made: {
        ...plan,
        coordinates: {
          uri: `postgresql://${host}:5433`,
          host,
          port: 5433,
          endpoints: [{ host, ports: ['5433'] }],
        },
      },
    });
    expect(await stage.settingsOf(plan)).toEqual({ a: '--b' });
    expect(await stage.inCluster(plan)).toEqual([
      'Service NAME',
      'ConfigMap NAME',
      'ConfigMap NAME-hook',
      'Secret sh.helm.release.v1.NAME.v1',
    ]);

    await stage.provisioner.remove(outcome.made, work);
    expect(await stage.inCluster(plan)).toEqual([]);
    await stage.provisioner.remove(outcome.made, work);
  });

  test('that is installed already is left as it is', async () => {
    const work = workFor('twice');
    const plan = await stage.planned(work.instanceId, { chart: 'database' });
    await stage.provisioner.make(plan, work);
    expect(await stage.provisioner.make(plan, work)).not.toHaveProperty('failure');
    expect(await stage.inCluster(plan)).toContain('Secret sh.helm.release.v1.NAME.v1');
    expect(await stage.inCluster(plan)).not.toContain('Secret sh.helm.release.v1.NAME.v2');
    await stage.provisioner.remove(plan, work);
  });

  test.each<[string, () => Partial<HelmProvision>, string, string]>([
    [
      'whose version is another one than the entry says',
      () => ({ chart: 'database', version: '1.2.4' }),
      'OfferingMisconfigured',
      'the chart has the version 1.2.3, and provisiondata.version is 1.2.4',
    ],
    [
      'that the repository does not have',
      () => ({ chart: 'nothing', repository: stage.charts.repository, version: '1.0.0' }),
      'OfferingMisconfigured',
      'chart "nothing" version "1.0.0" not found in',
    ],
    [
      'that the URL does not give',
      () => ({ chartUrl: `${stage.charts.repository}/nothing.tgz?token=t0ken` }),
      'OfferingMisconfigured',
      '/nothing.tgz : 404',
    ],
    [
      'that the registry does not have',
      () => ({ chart: `${stage.charts.registry}/nothing`, version: '1.0.0' }),
      'OfferingMisconfigured',
      'failed to perform "FetchReference" on source',
    ],
    [
      'whose repository does not answer',
      () => ({ chart: 'database', repository: 'http://127.0.0.1:1', version: '1.2.3' }),
      'ReleaseFailed',
      'connection refused',
    ],
    [
      'that can not be rendered',
      () => ({ chart: 'failing', values: { password: 'hunter2-hunter2' } }),
      'OfferingMisconfigured',
      'no database for [hidden]; ask the provider to correct the values',
    ],
    [
      'that the API server refuses',
      () => ({ chart: 'refused', values: { data: { a: 'b' } } }),
      'OfferingMisconfigured',
      'spec.ports[0].port: Invalid value: [hidden]: must be between 1 and 65535',
    ],
    [
      'in a namespace that does not exist',
      () => ({ chart: 'database', namespace: 'nowhere' }),
      'ClusterRefused',
      'namespaces "nowhere" not found; ask the provider to create the namespace',
    ],
  ])('%s fails with the reason, and leaves nothing behind', async (what, data, code, message) => {
    const work = workFor(what);
    const plan = await stage.planned(work.instanceId, data());
    const { failure } = await stage.provisioner.make(plan, work);
    expect(failure?.error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(String(failure?.error)).not.toMatch(/hunter2|t0ken/);
    await stage.provisioner.remove(plan, work);
    expect(await stage.inCluster(plan)).toEqual([]);
  });

  test('whose objects have fixed names can be installed once', async () => {
    const [first, second] = [workFor('the first'), workFor('the second')];
    const one = await stage.planned(first.instanceId, { chart: 'fixed' });
    const other = await stage.planned(second.instanceId, { chart: 'fixed' });
    expect(await stage.provisioner.make(one, first)).not.toHaveProperty('failure');
    const { failure } = await stage.provisioner.make(other, second);
    expect(failure?.error).toMatchObject({
      code: 'ObjectConflict',
      message: expect.stringContaining('ConfigMap "shared-by-all"'),
    });
    await stage.provisioner.remove(other, second);
    const shared = { apiVersion: 'v1', kind: 'ConfigMap', namespace: stage.namespace, name: 'shared-by-all' };
    expect(await stage.kube.get(shared)).toBeDefined();
    await stage.provisioner.remove(one, first);
    expect(await stage.kube.get(shared)).toBeUndefined();
  });

  test('is not installed over a release of somebody else, which stays', async () => {
    const [theirs, ours] = [workFor('theirs'), workFor('ours')];
    const plan = await stage.planned(theirs.instanceId, { chart: 'database' });
    await stage.provisioner.make(plan, theirs);
    const { failure } = await stage.provisioner.make(plan, ours);
    expect(failure?.error).toMatchObject({
      code: 'ObjectConflict',
      message: expect.stringContaining(`${stage.namespace}/${releaseOf(plan).name} exists already`),
    });
    await stage.provisioner.remove(plan, ours);
    expect(await stage.inCluster(plan)).toContain('Service NAME');
    await stage.provisioner.remove(plan, theirs);
  });
});
