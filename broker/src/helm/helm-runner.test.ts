import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HelmRunnerOptions } from './helm-runner.js';
import { helmRunner } from './helm-runner.js';

/** Stands in for helm: does what its first argument says. */
const FAKE = `#!${process.execPath}
const { spawn } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const [what, ...rest] = process.argv.slice(2);
const forever = () => setInterval(() => {}, 1000);
const acts = {
  report() {
    let input = '';
    process.stdin.on('data', (text) => (input += text)).on('end', () => {
      console.log(JSON.stringify({ args: rest, input, env: process.env, cwd: process.cwd() }));
    });
  },
  fail() {
    console.log('values: hunter2');
    console.error('level=DEBUG msg="quiet"');
    console.error('Error: in ' + process.cwd() + '/cache/x');
    process.exitCode = 3;
  },
  polite() {
    process.on('SIGTERM', () => { console.error('recorded'); process.exit(1); });
    console.error('ready ' + process.pid);
    forever();
  },
  stubborn() {
    process.on('SIGTERM', () => {});
    const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); console.error('child ' + process.pid); setInterval(() => {}, 1000)"], { stdio: 'inherit' });
    console.error('ready ' + process.pid);
    forever();
  },
  orphan() {
    const child = spawn(
      process.execPath,
      ['-e', "console.error('child ' + process.pid); process.send('told'); setInterval(() => {}, 1000)"],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    child.on('message', () => process.exit(0));
  },
  flood() { for (;;) process.stdout.write('x'.repeat(65536)); },
  deaf() { process.exit(0); },
  kill() { process.kill(process.pid, 'SIGKILL'); },
};
// As setpriv it only tells what it was asked to start.
acts[what === '--pdeathsig' ? 'report' : what]();
`;

let folder: string;
let options: HelmRunnerOptions;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mesitis-runner-'));
  const file = join(folder, 'fake-helm.cjs');
  await writeFile(file, FAKE, { mode: 0o755 });
  options = { file, environment: { PATH: '/usr/bin:/bin' }, temporaryFolder: folder };
});

afterAll(async () => {
  // Whatever a run made is gone with the run.
  expect(await readdir(folder)).toEqual(['fake-helm.cjs']);
  await rm(folder, { recursive: true });
});

const NEVER = new AbortController().signal;

/** Resolves when none of the processes runs any more; the test's time limit ends it otherwise. */
async function gone(pids: readonly number[]): Promise<void> {
  for (const pid of pids) while (await isRunning(pid));
}

async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return status !== '' && !/^State:\s+[ZX]/m.test(status);
}

/** Resolves with the process ids that the lines tell, when there are as many as wanted. */
function processIds(count: number): { onLine: (line: string) => void; found: Promise<number[]> } {
  const ids: number[] = [];
  const { promise, resolve } = Promise.withResolvers<number[]>();
  return {
    found: promise,
    onLine(line) {
      const [, id] = /^(?:ready|child) (\d+)$/.exec(line) ?? [];
      if (id !== undefined) ids.push(Number(id));
      if (ids.length === count) resolve(ids);
    },
  };
}

test('helm gets its arguments as they are, its input, and an environment and a folder of its own', async () => {
  const run = helmRunner({
    ...options,
    environment: { ...options.environment, BROKER_PASSWORD: 'hunter2', HTTPS_PROXY: 'http://proxy:1' },
    kubeconfig: 'relative/config',
  });
  const args = ['report', '$(id)', '; id', "'", '--x=a b'];
  const { code, stdout } = await run({ args, input: '{"a":1}', signal: NEVER, readOutput: true });
  const report = JSON.parse(stdout) as { args: string[]; input: string; env: object; cwd: string };
  expect(code).toBe(0);
  expect(report).toMatchObject({ args: args.slice(1), input: '{"a":1}' });
  expect(report.cwd.startsWith(join(folder, 'helm-'))).toBe(true);
  expect(report.env).toEqual({
    PATH: '/usr/bin:/bin',
    HTTPS_PROXY: 'http://proxy:1',
    KUBECONFIG: join(process.cwd(), 'relative/config'),
    HOME: report.cwd,
    TMPDIR: report.cwd,
    HELM_CACHE_HOME: join(report.cwd, 'cache'),
    HELM_CONFIG_HOME: join(report.cwd, 'config'),
    HELM_DATA_HOME: join(report.cwd, 'data'),
  });
});

test('an exit code is a result; output nobody asked for, debug lines and the private folder are not in it', async () => {
  expect(await helmRunner(options)({ args: ['fail'], signal: NEVER })).toEqual({
    code: 3,
    stdout: '',
    stderr: ['Error: in cache/x'],
  });
});

test('a helm that does not read its input, and one that is killed, are results', async () => {
  const run = helmRunner(options);
  const input = 'x'.repeat(1_000_000);
  expect(await run({ args: ['deaf'], input, signal: NEVER })).toMatchObject({ code: 0 });
  expect(await run({ args: ['kill'], signal: NEVER })).toEqual({ signal: 'SIGKILL', stdout: '', stderr: [] });
});

test.each(['/does/not/exist', 'no-such-helm'])('a file %s that is not there is told', async (file) => {
  await expect(helmRunner({ ...options, file })({ args: ['version'], signal: NEVER })).rejects.toMatchObject({
    code: 'ReleaseFailed',
    message: 'helm can not be run',
  });
});

test('too much output ends helm', async () => {
  const run = helmRunner({ ...options, outputLimit: 1000 });
  await expect(run({ args: ['flood'], signal: NEVER, readOutput: true })).rejects.toThrow(
    'helm printed more than 1000 characters',
  );
});

describe('when the work ends', () => {
  const reason = new Error('halted');

  test('helm may still record it, and the reason is thrown once it is gone', async () => {
    const controller = new AbortController();
    const { onLine, found } = processIds(1);
    const lines: string[] = [];
    const running = helmRunner(options)({
      args: ['polite'],
      signal: controller.signal,
      onLine(line) {
        lines.push(line);
        onLine(line);
      },
    });
    const pids = await found;
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(lines).toContain('recorded');
    await gone(pids);
  });

  test('one that does not listen is killed with what it started', async () => {
    const controller = new AbortController();
    const { onLine, found } = processIds(2);
    const run = helmRunner({ ...options, killAfterMs: 50 });
    const running = run({ args: ['stubborn'], signal: controller.signal, onLine });
    const pids = await found;
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await gone(pids);
  });

  test('nothing is started any more', async () => {
    await expect(helmRunner(options)({ args: ['polite'], signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});

test('what helm leaves running ends with it', async () => {
  const { onLine, found } = processIds(1);
  await helmRunner(options)({ args: ['orphan'], signal: NEVER, onLine });
  await gone(await found);
});

test('the kernel is asked to end helm with this process where setpriv is there', async () => {
  const run = helmRunner({ ...options, file: 'helm', setpriv: options.file });
  const { stdout } = await run({ args: ['version'], signal: NEVER, readOutput: true });
  expect(JSON.parse(stdout)).toMatchObject({ args: ['KILL', '--', 'helm', 'version'] });
});

test('no more run at once than allowed, and those who wait are told and can leave', async () => {
  const run = helmRunner({ ...options, concurrency: 1 });
  const [first, second] = [new AbortController(), new AbortController()];
  const queued: string[] = [];
  const { onLine, found } = processIds(1);
  const running = run({
    args: ['polite'],
    signal: first.signal,
    onLine,
    onQueued: () => queued.push('first'),
  });
  await found;
  const leaving = run({ args: ['report'], signal: second.signal, onQueued: () => queued.push('second') });
  const staying = run({ args: ['report'], signal: NEVER, onQueued: () => queued.push('third') });
  expect(queued).toEqual(['second', 'third']);
  second.abort(new Error('left'));
  await expect(leaving).rejects.toThrow('left');
  first.abort(new Error('done'));
  await expect(running).rejects.toThrow('done');
  expect(await staying).toMatchObject({ code: 0 });
});
