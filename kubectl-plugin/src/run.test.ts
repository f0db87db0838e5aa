import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { COMMANDS } from './commands/index.js';
import { runPlugin } from './testing/run-plugin.js';
import { VERSION } from './version.js';

const CLUSTER_FLAGS = [
  '-n, --namespace',
  '--context',
  '--cluster',
  '--user',
  '--kubeconfig',
  '--as=',
  '--as-group',
  '--as-uid',
  '-s, --server',
  '--token',
  '--certificate-authority',
  '--insecure-skip-tls-verify',
  '--request-timeout',
  '--color',
];

describe('the command line', () => {
  const run = (...argv: string[]): ReturnType<typeof runPlugin> => runPlugin(argv, new MemoryKube());

  test.each([[[]], [['-h']], [['--help']], [['help']]])('shows help for %j', async (argv) => {
    const { out, err, exitCode } = await run(...argv);
    expect(out).toContain('$ kubectl mesitis [COMMAND]');
    for (const name of Object.keys(COMMANDS)) expect(out).toContain(`\n  ${name}`);
    expect([err, exitCode]).toEqual(['', 0]);
  });

  test.each(Object.keys(COMMANDS))(
    'shows how to use %s, with examples and without colour codes',
    async (name) => {
      const { out, exitCode } = await run(name, '-h');
      expect(out).toContain(`$ kubectl mesitis ${name}`);
      expect(out).toContain('EXAMPLES');
      expect(out).not.toContain('\u001B');
      expect(exitCode).toBe(0);
      expect((await run('help', name)).out).toBe(out);
    },
  );

  test('every command that reads a cluster takes the same flags for it', async () => {
    for (const name of Object.keys(COMMANDS).filter(
      (each) => !['completion', 'explain', 'lint', 'version'].includes(each),
    )) {
      const { out } = await run(name, '--help');
      for (const flag of CLUSTER_FLAGS) expect(out).toContain(flag);
    }
  });

  test.each([
    [['catalg'], "unknown command 'catalg'; did you mean catalog?"],
    [['frobnicate'], "unknown command 'frobnicate'; see kubectl mesitis --help"],
    [['-n', 'x', 'catalog'], 'flags come after the command: kubectl mesitis catalog -n …'],
    [['catalog', '--nope'], 'nonexistent flag: --nope; see kubectl mesitis catalog --help'],
    [['version', 'a', 'b'], 'unexpected arguments: a, b; see kubectl mesitis version --help'],
    [['cat\nlog'], "unknown command 'cat log'; did you mean catalog?"],
    [['bind'], 'missing argument INSTANCE; see kubectl mesitis bind --help'],
    [
      ['catalog', '-o', 'xml'],
      'expected --output=xml to be one of: table, json, yaml, name; see kubectl mesitis catalog --help',
    ],
  ])('says in one line what is wrong with %j', async (argv, message) => {
    const { out, err, exitCode } = await run(...argv);
    expect([out, err, exitCode]).toEqual(['', `error: ${message}\n`, 2]);
  });

  test.each([['version'], ['--version']])('prints its version for %s', async (word) => {
    expect((await run(word)).out).toMatch(`kubectl-mesitis ${VERSION} (node `);
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as object;
    expect(manifest).toMatchObject({ version: VERSION });
  });

  test('hands all that names a cluster and a user on, and the namespace overrides the context', async () => {
    const kube = new MemoryKube();
    const argv =
      'status --kubeconfig /a --context=b --namespace=c --cluster d --user e --as f --as-group g --as-group h --as-uid i -s https://j --token k --certificate-authority l --request-timeout 2s';
    const { connections, err } = await runPlugin(argv.split(' '), kube);
    expect(connections).toEqual([
      {
        kubeconfig: '/a',
        context: 'b',
        cluster: 'd',
        user: 'e',
        as: 'f',
        asGroups: ['g', 'h'],
        asUid: 'i',
        server: 'https://j',
        token: 'k',
        certificateAuthority: 'l',
        timeoutMs: 2000,
      },
    ]);
    expect(err).toContain("namespace 'c'");
  });

  test.each([
    ['0', 2 ** 31 - 1],
    ['0s', 2 ** 31 - 1],
    ['7', 7000],
    ['1m30s', 90_000],
  ])('reads --request-timeout %s as kubectl does', async (text, timeoutMs) => {
    const { connections } = await run('status', '--request-timeout', text);
    expect(connections).toMatchObject([{ timeoutMs }]);
  });

  test.each([
    [['status', '--request-timeout', 'soon'], "--request-timeout 'soon' is not a duration: write 15s or 1m"],
    [['status', '--as-group', 'x'], '--as-group needs --as: groups are impersonated together with a user'],
    [['status', '--as-uid', 'x'], '--as-uid needs --as: a uid is impersonated together with a user'],
    [
      ['status', '--certificate-authority', 'x', '--insecure-skip-tls-verify'],
      '--certificate-authority is for verifying, which --insecure-skip-tls-verify leaves out',
    ],
  ])('refuses %j before it connects', async (argv, message) => {
    const { connections, err, exitCode } = await run(...argv);
    expect(err).toBe(`error: ${message}; see kubectl mesitis status --help\n`);
    expect([connections, exitCode]).toEqual([[], 2]);
  });

  test('explains that no cluster can be used', async () => {
    const connect = (): Promise<never> =>
      Promise.reject(new Error('The kubeconfig /a does not exist; name another.'));
    const { err, exitCode } = await runPlugin(['status'], new MemoryKube(), { connect });
    expect(err).toBe('error: no usable cluster: The kubeconfig /a does not exist; name another\n');
    expect(exitCode).toBe(3);
  });

  test.each([
    ['unauthorized', 'the cluster does not accept your credentials: why; log in again'],
    ['forbidden', 'the cluster refused: why; ask an administrator'],
    ['unavailable', 'the cluster cannot be reached: why; see kubectl cluster-info'],
    ['timeout', 'the cluster did not answer in time: why; try again'],
    ['too-many-requests', 'the cluster is busy: why; try again in a moment'],
    ['unknown', 'the cluster answered in an unexpected way: why; see whether'],
  ] as const)(
    'explains %s in one line, with the reason of the server, and exits 3',
    async (kind, message) => {
      const kube = new MemoryKube();
      kube.failNext('list', new KubeError(kind, 'why.\n  at stack (file.js:1:1)'));
      const { err, exitCode } = await runPlugin(['status'], kube);
      expect(err.startsWith(`error: ${message}`)).toBe(true);
      expect(err.split('\n')).toHaveLength(2);
      expect(exitCode).toBe(3);
    },
  );

  test('shows no stack for a mistake of its own', async () => {
    const kube = new MemoryKube();
    kube.list = () => Promise.reject(new TypeError('x is not a function'));
    const { err, exitCode } = await runPlugin(['status'], kube);
    expect(err).toBe(
      'error: unexpected: x is not a function; this is a mistake of the plugin, please report it\n',
    );
    expect(exitCode).toBe(3);
  });
});
