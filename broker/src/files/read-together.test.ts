import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretMount } from '../testing/secret-mount.js';
import { readTogether } from './read-together.js';

let mount: SecretMount;

beforeEach(async () => {
  mount = await SecretMount.make({ a: '1', b: '1' });
});

afterEach(async () => {
  await mount.remove();
});

const read = async (): Promise<string[]> =>
  Promise.all(['a', 'b'].map(async (name) => readFile(mount.path(name), 'utf8')));

test('files that change between the first and the last are read again', async () => {
  let times = 0;
  const values = await readTogether([mount.path('a'), mount.path('b')], async () => {
    times += 1;
    const first = await readFile(mount.path('a'), 'utf8');
    if (times === 1) await mount.replace({ a: '2', b: '2' });
    return [first, await readFile(mount.path('b'), 'utf8')];
  });
  expect([values, times]).toEqual([['2', '2'], 2]);
});

test('a failure counts only when nothing has changed', async () => {
  let times = 0;
  const values = await readTogether([mount.path('..data')], async () => {
    times += 1;
    if (times > 1) return read();
    await mount.replace({ a: '2', b: '2' });
    throw new Error('the folder was swept away');
  });
  expect(values).toEqual(['2', '2']);
  await expect(readTogether([mount.path('gone')], () => readFile(mount.path('gone')))).rejects.toThrow(
    'ENOENT',
  );
});

test('files that never stand still are an error', async () => {
  let times = 0;
  const reading = readTogether([mount.path('..data')], async () => {
    times += 1;
    await mount.replace({ a: String(times) });
  });
  await expect(reading).rejects.toThrow('change while they are read');
});

test('plain files in a plain folder are read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plain-'));
  await writeFile(join(folder, 'a'), 'plain');
  await symlink(join(folder, 'a'), join(folder, 'link'));
  expect(await readTogether([join(folder, 'link')], () => readFile(join(folder, 'link'), 'utf8'))).toBe(
    'plain',
  );
  await rm(folder, { recursive: true });
});
