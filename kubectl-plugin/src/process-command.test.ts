import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runCommand } from './process-command.js';

const node = (script: string): string[] => [process.execPath, '-e', script];

test('hands the variables on beside those that are there, and the exit code back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mesitis-command-'));
  const file = join(folder, 'out');
  const script = `require('fs').writeFileSync(${JSON.stringify(file)}, process.env.host + process.env.PATH); process.exit(7)`;
  expect(await runCommand(node(script), { host: 'here' })).toBe(7);
  expect(await readFile(file, 'utf8')).toBe(`here${process.env['PATH'] ?? ''}`);
  await rm(folder, { recursive: true });
});

test('reports a signal as shells do', async () => {
  expect(await runCommand(node(`process.kill(process.pid, 'SIGTERM')`), {})).toBe(143);
});

test('says that there is no such command', async () => {
  await expect(runCommand(['mesitis-no-such-command'], {})).rejects.toMatchObject({
    message: "'mesitis-no-such-command' can't be run: there is no such command",
    exitCode: 127,
  });
});
