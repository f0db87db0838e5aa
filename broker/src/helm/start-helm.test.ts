import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHelm } from './start-helm.js';

let temporaryFolder: string;

beforeAll(async () => {
  temporaryFolder = await mkdtemp(join(tmpdir(), 'mesitis-start-'));
});

afterAll(async () => rm(temporaryFolder, { recursive: true }));

async function started(script: string): Promise<unknown> {
  const file = join(temporaryFolder, 'helm.cjs');
  await writeFile(file, `#!${process.execPath}\n${script}`, { mode: 0o755 });
  return startHelm({ file, environment: {}, temporaryFolder });
}

test('a helm of the right version can be used', async () => {
  expect(await started("console.log('v4.1.4')")).toMatchObject({ ok: true, version: 'v4.1.4' });
});

test.each([
  ["console.log('v3.19.0')", 'helm is v3.19.0, and Helm 4 is needed'],
  ["console.log('x'.repeat(99))", `helm is ${'x'.repeat(40)}, and Helm 4 is needed`],
  ['process.exit(1)', 'helm can not be run; install Helm 4 and say in HELM where it is'],
])('one that does %s can not, and the reason is told', async (script, reason) => {
  expect(await started(script)).toEqual({ ok: false, reason });
});

test('one that is not there can not', async () => {
  const file = join(temporaryFolder, 'nothing');
  expect(await startHelm({ file, environment: {}, temporaryFolder })).toMatchObject({ ok: false });
});
