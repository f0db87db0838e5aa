import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMMANDS, helpOf } from '@mesitis/kubectl-plugin';
import { runTool, type ToolResult } from '../cluster/exec.js';
import { repositoryRoot } from '../cluster/folders.js';

const plugin = join(repositoryRoot(), 'kubectl-plugin');

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'mesitis-home-'));
});
afterAll(() => rm(home, { recursive: true }));

/** Runs this Node with a user's empty home. */
function node(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ToolResult> {
  return runTool(process.execPath, args, { env: { HOME: home, XDG_CACHE_HOME: undefined, ...env } });
}

const bundle = (...args: string[]): Promise<ToolResult> =>
  node([join(plugin, 'bin/kubectl-mesitis'), ...args]);

describe('the bundle of the plugin', () => {
  test.each(Object.keys(COMMANDS))('has the help of %s as the sources have it', async (command) => {
    expect(await bundle('help', command)).toEqual({ code: 0, stdout: await helpOf(command), stderr: '' });
  });

  test('asks for nothing by name that the oldest Node it runs on lacks', async () => {
    const text = await readFile(join(plugin, 'dist/kubectl-mesitis.cjs'), 'utf8');
    const newer = /\b(Promise\.(withResolvers|try)|(Map|Object)\.groupBy|Array\.fromAsync|RegExp\.escape)\b/g;
    expect(text.match(newer) ?? []).toEqual([]);
  });

  test('keeps compiled code in the cache of its user', async () => {
    await bundle('version');
    expect(await readdir(join(home, '.cache', 'kubectl-mesitis'))).not.toEqual([]);
  });

  test('runs where nothing can be kept', async () => {
    const { code, stderr } = await node([join(plugin, 'bin/kubectl-mesitis'), 'version'], {
      XDG_CACHE_HOME: '/dev/null',
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test.each([
    ['--help', ['--help']],
    ['version', ['version']],
    ['completion of commands', ['__complete', 'ca']],
  ])('loads neither network nor child processes for %s', async (_, args) => {
    const script = `
      process.on('exit', () => process.stderr.write(process.moduleLoadList.join('\\n')));
      require('./dist/kubectl-mesitis.cjs').main();`;
    const { stderr } = await runTool(process.execPath, ['-e', script, '--', ...args], { cwd: plugin });
    const loaded = stderr.split('\n').map((line) => line.replace(/^\S+ /, ''));
    expect(loaded).toContain('fs');
    const heavy = [
      'child_process',
      'crypto',
      'http',
      'https',
      'tls',
      'internal/deps/undici/undici',
      'perf_hooks',
    ];
    expect(heavy.filter((name) => loaded.includes(name))).toEqual([]);
  });
});

describe('a Node that is too old for the bundle', () => {
  /** Starts as that version of Node would. */
  const startAs = (version: string, silent: boolean): Promise<ToolResult> => {
    const script = `
      Object.defineProperty(process, 'versions', { value: { node: '${version}' } });
      Object.defineProperty(process, 'version', { value: 'v${version}' });
      process.argv.splice(1, 0, 'kubectl-mesitis');
      require('./bin/start.cjs').start({ silent: ${String(silent)} });`;
    return runTool(process.execPath, ['-e', script, '--', 'version'], { cwd: plugin });
  };

  test.each(['12.22.12', '18.20.8', '20.2.0'])('gets a sentence: %s', async (version) => {
    const message = `error: kubectl mesitis needs Node 20.3 or newer, and this is v${version}: upgrade node, or install the executable that needs none\n`;
    expect(await startAs(version, false)).toEqual({ code: 3, stdout: '', stderr: message });
  });

  test('gets nothing when the shell asks for words', async () => {
    expect(await startAs('18.20.8', true)).toEqual({ code: 3, stdout: '', stderr: '' });
  });

  test.each(['20.3.0', '24.0.0'])('is not %s', async (version) => {
    expect(await startAs(version, false)).toMatchObject({ code: 0, stderr: '' });
  });

  test('is what package.json and the documentation say', async () => {
    const { engines } = JSON.parse(await readFile(join(plugin, 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    const page = await readFile(join(repositoryRoot(), 'docs/kubectl-mesitis.md'), 'utf8');
    expect(engines.node).toBe('>=20.3');
    expect(page.replaceAll('\n', ' ')).toContain('It runs on Node 20.3 and newer');
  });
});
