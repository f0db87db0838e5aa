import { describe, expect, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { binding, ready, secret } from '../testing/objects.js';
import { runPlugin } from '../testing/run-plugin.js';

describe('kubectl mesitis secret', () => {
  const cluster = (): MemoryKube => {
    const kube = new MemoryKube();
    kube.seed(
      binding(),
      secret('api-service', {
        host: 'back-end.api-ns',
        password: "it's",
        'private-key': 'a\nb',
        username: 'me',
      }),
    );
    return kube;
  };

  test('masks the values', async () => {
    const { out, err, exitCode } = await runPlugin(['secret', 'api-service'], cluster());
    expect(out).toBe(
      [
        'KEY           VALUE',
        'host          •••••••• (15 bytes)',
        'password      •••••••• (4 bytes)',
        'private-key   •••••••• (3 bytes)',
        'username      •••••••• (2 bytes)',
        '',
      ].join('\n'),
    );
    expect(err).toBe(
      'Values are masked: --show shows them, kubectl mesitis secret api-service KEY prints one.\n',
    );
    expect(exitCode).toBe(0);
  });

  test('shows them when asked, control characters escaped', async () => {
    const { out } = await runPlugin(['secret', 'api-service', '--show'], cluster());
    expect(out).toContain("password      it's\n");
    expect(out).toContain('private-key   a\\nb\n');
  });

  test('prints one value as it is into a pipe, and with a line break to a person', async () => {
    expect((await runPlugin(['secret', 'api-service', 'password'], cluster())).out).toBe("it's");
    expect((await runPlugin(['secret', 'api-service', 'password'], cluster(), { terminal: {} })).out).toBe(
      "it's\n",
    );
  });

  test('prints lines for a shell, quoted, with names as envFrom would set them', async () => {
    const { out } = await runPlugin(['secret', 'api-service', '-o', 'env'], cluster());
    expect(out).toBe(
      "export host='back-end.api-ns'\nexport password='it'\\''s'\nexport private_key='a\nb'\nexport username='me'\n",
    );
  });

  test('writes a .env file', async () => {
    const { out, exitCode } = await runPlugin(['secret', 'api-service', '-o', 'dotenv'], cluster());
    expect(out).toMatch(/^username='me'$/m);
    expect(out).not.toContain('export');
    expect(exitCode).toBe(0);
  });

  test('prints the API object', async () => {
    const { out } = await runPlugin(['secret', 'api-service', '-o', 'yaml'], cluster());
    expect(out).toMatch(/^apiVersion: v1\nkind: Secret\nmetadata:\n/);
    expect(out).toContain('  username: bWU=\n');
  });

  test.each([
    ['passwort', "Secret 'api-service' has no key 'passwort'; did you mean password?"],
    ['uri', "Secret 'api-service' has no key 'uri'; it has host, password, private-key, username"],
  ])('explains that there is no key %s', async (key, message) => {
    const { out, err, exitCode } = await runPlugin(['secret', 'api-service', key], cluster());
    expect([out, err, exitCode]).toEqual(['', `error: ${message}\n`, 1]);
  });

  test('says why there is no Secret yet', async () => {
    const kube = new MemoryKube();
    kube.seed(
      binding('b', 'i', [
        ready('False', 'ErrorInstanceNotReady', 'Binding cannot begin because the instance is not ready'),
      ]),
    );
    const { err, exitCode } = await runPlugin(['secret', 'b'], kube);
    expect(err).toBe(
      "error: binding 'b' is not ready yet: Binding cannot begin because the instance is not ready; nothing to do: it goes on as soon as the instance is ready\n",
    );
    expect(exitCode).toBe(1);
  });

  test('says so when the Secret of a ready binding is gone', async () => {
    const kube = new MemoryKube();
    kube.seed(binding());
    const { err, exitCode } = await runPlugin(['secret', 'api-service'], kube);
    expect(err).toMatch(/^error: Secret 'api-service' of binding 'api-service' is gone/);
    expect(exitCode).toBe(1);
  });

  test('passes on that reading Secrets is forbidden', async () => {
    const kube = cluster();
    const forbidden = new KubeError(
      'forbidden',
      'secrets "api-service" is forbidden: User "eve" cannot get resource "secrets"',
    );
    kube.failNext(({ verb, kind }) => verb === 'get' && kind === 'Secret', forbidden);
    const { err, exitCode } = await runPlugin(['secret', 'api-service'], kube);
    expect(err).toBe(
      'error: the cluster refused: secrets "api-service" is forbidden: User "eve" cannot get resource "secrets"; ask an administrator for this right\n',
    );
    expect(exitCode).toBe(3);
  });

  test('has one format at a time', async () => {
    const { err, exitCode } = await runPlugin(['secret', 'api-service', 'host', '-o', 'json'], cluster());
    expect(err).toMatch(/^error: with KEY the bare value is printed: leave out -o/);
    expect(exitCode).toBe(2);
  });

  describe('--exec', () => {
    const odd = (): MemoryKube => {
      const kube = new MemoryKube();
      const values = {
        host: 'h',
        'pass-word': "p'\n",
        LD_PRELOAD: '/evil.so',
        Path: '/evil',
        NODE_OPTIONS: '-r /evil',
      };
      kube.seed(binding(), secret('api-service', values));
      return kube;
    };

    test('runs the command with the values in its environment, and ends as it does', async () => {
      const argv = ['secret', 'api-service', '--exec', '--', 'psql', '--show', '-c', 'select 1'];
      expect(await runPlugin(argv, cluster(), { commandExit: 3 })).toMatchObject({
        commands: [{ command: ['psql', '--show', '-c', 'select 1'], variables: { host: 'back-end.api-ns' } }],
        out: '',
        exitCode: 3,
      });
    });

    test('lets the Secret not choose what code the command loads', async () => {
      const { commands, err } = await runPlugin(['secret', 'api-service', '--exec', '--', 'x'], odd());
      expect(commands).toMatchObject([{ variables: { host: 'h', pass_word: "p'\n" } }]);
      expect(Object.keys(commands[0]?.variables ?? {}).sort()).toEqual(['host', 'pass_word']);
      expect(err).toBe('Left out of the environment: LD_PRELOAD, NODE_OPTIONS, Path.\n');
    });

    test.each([
      [['--exec'], '--exec needs a command: secret BINDING --exec -- COMMAND'],
      [['--exec', '--'], '--exec needs a command: secret BINDING --exec -- COMMAND'],
      [['host', '--exec', '--', 'x'], '--exec takes a BINDING alone, and the command behind --'],
      [['--exec', '-o', 'json', '--', 'x'], '--exec prints nothing itself: leave out -o and --show'],
      [['host', 'port'], 'only one KEY can be printed; --exec runs a command'],
    ])('refuses %j', async (words, message) => {
      const { commands, err, exitCode } = await runPlugin(['secret', 'api-service', ...words], cluster());
      expect(err).toBe(`error: ${message}; see kubectl mesitis secret --help\n`);
      expect([commands, exitCode]).toEqual([[], 2]);
    });

    test('runs nothing when there is no Secret', async () => {
      const argv = ['secret', 'nope', '--exec', '--', 'x'];
      expect(await runPlugin(argv, cluster())).toMatchObject({ commands: [], exitCode: 1 });
    });
  });
});
