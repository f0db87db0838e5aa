import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { binding, clusterOffering, instance, secret } from '../testing/objects.js';
import { runPlugin, type RunOptions, type RunResult } from '../testing/run-plugin.js';

const SCRIPT = '#!/bin/sh\nexec kubectl-mesitis __complete "$@"\n';

describe('kubectl mesitis completion', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mesitis-completion-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const file = (): string => join(folder, 'kubectl_complete-mesitis');
  const completion = (argv: string[], options: RunOptions = {}): Promise<RunResult> =>
    runPlugin(['completion', ...argv], new MemoryKube(), options);

  test('prints the script that kubectl runs', async () => {
    expect((await completion([])).out).toBe(SCRIPT);
  });

  test('writes it beside the plugin, executable, and again', async () => {
    const install = (): Promise<RunResult> => completion(['--install'], { pluginFolder: folder });
    expect(await install()).toMatchObject({ out: `completion is set up: ${file()}\n`, exitCode: 0 });
    expect(await install()).toMatchObject({ exitCode: 0 });
    expect(await readFile(file(), 'utf8')).toBe(SCRIPT);
    expect((await stat(file())).mode & 0o777).toBe(0o755);
  });

  test("leaves somebody else's file alone", async () => {
    await writeFile(file(), 'hello');
    const { err, exitCode } = await completion(['--install', '--dir', folder]);
    expect(err).toContain('is something else: move it away');
    expect(exitCode).toBe(2);
    expect(await readFile(file(), 'utf8')).toBe('hello');
  });

  test.each([
    [['--install'], /^error: kubectl-mesitis is on no folder of the PATH: choose one with --dir\n/],
    [
      ['--install', '--dir', '/does/not/exist'],
      /^error: .* can't be written: ENOENT.*; choose another folder/,
    ],
    [['--dir', '/tmp'], /^error: --dir is where --install writes: add --install/],
  ])('says of %j what is missing', async (argv, message) => {
    const { err, exitCode } = await completion(argv);
    expect(err).toMatch(message);
    expect(exitCode).toBe(2);
  });
});

describe('what kubectl is told', () => {
  const cluster = (): MemoryKube => {
    const kube = new MemoryKube();
    const parameterSchema = {
      properties: { size: { type: 'integer' }, mode: { enum: ['fast', 'slow'] }, big: { type: 'boolean' } },
    };
    kube.seed(
      ...clusterOffering({ parameterSchema, description: 'An api\tservice' }),
      ...clusterOffering({ team: 'db', offering: 'postgres', whitelist: ['db-ns'] }),
      instance(),
      binding('one', 'api-service'),
      binding('api-service'),
      secret('one', { host: 'h', password: 'p' }),
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'client-ns' } },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'db-ns' } },
    );
    return kube;
  };
  const kubeconfigs = [
    { contexts: [{ name: 'home' }, { name: 'work' }], users: [{ name: 'me' }] },
    null,
    'x',
  ];
  const told = async (...words: string[]): Promise<string[]> => {
    const { out, err, exitCode } = await runPlugin(['__complete', ...words], cluster(), { kubeconfigs });
    expect([err, exitCode]).toEqual(['', 0]);
    return out.split('\n').slice(0, -1);
  };
  const values = async (...words: string[]): Promise<string[]> =>
    (await told(...words)).map((line) => line.split('\t', 1).join(''));

  test.each([
    [['ca'], ['catalog', ':4']],
    [['nope', ''], [':4']],
    [
      ['catalog', ''],
      ['api-api-service', ':4'],
    ],
    [
      ['catalog', '-n', 'db-ns', ''],
      ['db-postgres', ':4'],
    ],
    [
      ['provision', 'api-s'],
      ['api-service', ':4'],
    ],
    [
      ['provision', 'api-service:'],
      ['api-service:1', ':4'],
    ],
    [['provision', 'api-service', ''], [':4']],
    [
      ['provision', 'api-service', '-p', ''],
      ['size=', 'mode=', 'big=', ':6'],
    ],
    [
      ['provision', 'api-service', '-p', 'mode='],
      ['mode=fast', 'mode=slow', ':4'],
    ],
    [
      ['provision', '--parameter', 'size=1', 'api-service', '-p', 'big=t'],
      ['big=true', ':4'],
    ],
    [
      ['bind', ''],
      ['api-service', ':4'],
    ],
    [
      ['status', ''],
      ['api-service', 'one', ':4'],
    ],
    [
      ['secret', 'one', ''],
      ['host', 'password', ':4'],
    ],
    [['secret', 'one', '--exec', '--', ''], [':0']],
    [
      ['secret', '--sh'],
      ['--show', ':4'],
    ],
    [
      ['unbind', '--no'],
      ['--no-wait', ':4'],
    ],
    [
      ['status', '--output', 'j'],
      ['json', ':4'],
    ],
    [
      ['status', '--output=y'],
      ['yaml', ':4'],
    ],
    [
      ['status', '-o', 'n'],
      ['name', ':4'],
    ],
    [
      ['status', '-n', 'd'],
      ['db-ns', ':4'],
    ],
    [
      ['status', '--context', ''],
      ['home', 'work', ':4'],
    ],
    [
      ['status', '--user='],
      ['me', ':4'],
    ],
    [['bind', '--timeout', ''], [':4']],
    [['bind', 'x', '--params-file', ''], [':0']],
    [
      ['explain', 'MES01'],
      [
        'MES010',
        'MES011',
        'MES012',
        'MES013',
        'MES014',
        'MES015',
        'MES016',
        'MES017',
        'MES018',
        'MES019',
        ':4',
      ],
    ],
    [['lint', ''], [':0']],
  ])('%j', async (words, expected) => {
    expect((await values(...words)).sort()).toEqual(expected.sort());
  });

  test('has words about each value on its line', async () => {
    expect(await told('catalog', '')).toEqual(['api-api-service\tAn api service', ':4']);
    expect(await told('version', '--col')).toEqual([expect.stringMatching(/^--color\twhen to colour/), ':4']);
  });

  test('is nothing when the cluster refuses or does not answer', async () => {
    const kube = cluster();
    kube.failNext('list', new KubeError('forbidden', 'no'));
    const refused = await runPlugin(['__complete', 'bind', ''], kube);
    expect([refused.out, refused.err, refused.exitCode]).toEqual([':4\n', '', 0]);
    const connect = (): Promise<never> => Promise.reject(new Error('no kubeconfig'));
    expect(await runPlugin(['__complete', 'bind', ''], kube, { connect })).toMatchObject({
      out: ':4\n',
      err: '',
    });
    const slow = (): Promise<never> => new Promise(() => undefined);
    expect((await runPlugin(['__complete', 'bind', ''], kube, { connect: slow })).out).toBe(':4\n');
  });
});
