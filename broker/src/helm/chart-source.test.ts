import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chartPath, chartSource } from './chart-source.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('a chart comes from', () => {
  test.each<[Parameters<typeof chartSource>[0], object]>([
    [
      { chart: 'db', repository: 'https://charts.example/x', version: '1.2.3-rc.1+b' },
      { from: 'repository', repository: 'https://charts.example/x', name: 'db', version: '1.2.3-rc.1+b' },
    ],
    [
      { chart: 'oci://reg.example:5000/charts/db', version: 'v1.2.3' },
      { from: 'registry', reference: 'oci://reg.example:5000/charts/db', version: 'v1.2.3' },
    ],
    [
      { chart: 'oci://reg.example/charts/db:1.2.3', version: '1.2.3' },
      { from: 'registry', reference: 'oci://reg.example/charts/db:1.2.3' },
    ],
    [
      { chart: `oci://reg.example/charts/db@${DIGEST}` },
      { from: 'registry', reference: `oci://reg.example/charts/db@${DIGEST}` },
    ],
    [{ chart: 'https://a.example/db-1.tgz?x=y' }, { from: 'url', url: 'https://a.example/db-1.tgz?x=y' }],
    [{ chart: '/charts/db' }, { from: 'folder', path: '/charts/db' }],
    [
      { chart: 'db/v2', version: '1.0.0' },
      { from: 'folder', path: 'db/v2' },
    ],
  ])('%j', (release, source) => {
    expect(chartSource(release)).toEqual(source);
  });

  test.each<[Parameters<typeof chartSource>[0], string]>([
    [{ chart: 'db', repository: 'https://a.example' }, 'provisiondata.version: is required'],
    [{ chart: 'oci://a.example/db' }, 'provisiondata.version: is required'],
    [{ chart: 'oci://a.example/db:1.2.3', version: '1.2.4' }, 'that provisiondata.chart ends with'],
    [{ chart: 'oci://a.example/db:latest' }, 'must end with one complete version'],
    [{ chart: 'db', repository: 'oci://a.example', version: '1.2.3' }, 'must be an http or https URL'],
    [{ chart: 'oci://a.example/../db', version: '1.2.3' }, 'provisiondata.chart: must be oci://'],
    [{ chart: 'oci://me:pw@a.example/db', version: '1.2.3' }, 'provisiondata.chart: must be oci://'],
    [{ chart: 'db', repository: 'https://a.example', version: '^1.2.3' }, 'one complete version'],
    [{ chart: 'db', repository: 'https://a.example', version: '1.2' }, 'one complete version'],
    [{ chart: 'db', repository: 'https://a.example', version: '1.x.x' }, 'one complete version'],
    [{ chart: '/charts/db', version: '-1.2.3' }, 'one complete version'],
    [{ chart: '--post-renderer', repository: 'https://a.example', version: '1.2.3' }, 'the name of a chart'],
    [{ chart: '../db', repository: 'https://a.example', version: '1.2.3' }, 'the name of a chart'],
    [{ chart: 'a/db', repository: 'https://a.example', version: '1.2.3' }, 'the name of a chart'],
    [
      { chart: 'db', repository: '--insecure', version: '1.2.3' },
      'provisiondata.repository: must be an http',
    ],
    [
      { chart: 'db', repository: 'file:///etc', version: '1.2.3' },
      'provisiondata.repository: must be an http',
    ],
    [{ chart: 'https://me:pw@a.example/db.tgz' }, 'must not hold a user name or password'],
    [{ chart: 'https://a.example/d b.tgz' }, 'provisiondata.charturl: must be an http'],
    [{ chart: 'file:///etc/db' }, 'provisiondata.chart: must be oci://…, a folder'],
    [{ chart: '--debug' }, 'must begin with a letter'],
    [{ chart: '' }, 'must begin with a letter'],
    [{ chart: '../db' }, 'must begin with a letter'],
  ])('nowhere for %j', (release, problem) => {
    expect(() => chartSource(release)).toThrow(
      expect.objectContaining({ code: 'OfferingMisconfigured', message: expect.stringContaining(problem) }),
    );
  });
});

describe('a chart in the folder of charts', () => {
  let directory: string;
  let root: string;

  beforeAll(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), 'mesitis-charts-')));
    root = join(directory, 'charts');
    await mkdir(join(root, '..data', 'db'), { recursive: true });
    await mkdir(join(directory, 'charts-of-others', 'db'), { recursive: true });
    // As Kubernetes mounts ConfigMaps.
    await symlink(join('..data', 'db'), join(root, 'db'));
    await symlink(join(directory, 'charts-of-others', 'db'), join(root, 'escaped'));
  });

  afterAll(async () => rm(directory, { recursive: true }));

  test('is found by its name and by its path, links inside the folder followed', async () => {
    const found = join(root, '..data', 'db');
    expect(await chartPath('db', root)).toBe(found);
    expect(await chartPath(join(root, 'db'), root)).toBe(found);
  });

  test.each([
    ['escaped'],
    ['a/../../charts-of-others/db'],
    ['db/../../../charts-of-others/db'],
    ['/etc'],
    ['nothing'],
    ['.'],
  ])('%s is not', async (path) => {
    await expect(chartPath(path, root)).rejects.toThrow(
      `provisiondata.chart: ${JSON.stringify(path)} is not in the folder of charts`,
    );
  });

  test('can not be had without such a folder', async () => {
    await expect(chartPath('db', undefined)).rejects.toThrow('this broker has no folder of charts');
    await expect(chartPath('db', join(directory, 'nowhere'))).rejects.toThrow(
      'is not in the folder of charts',
    );
  });
});
