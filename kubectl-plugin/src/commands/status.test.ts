import { describe, expect, test } from '@jest/globals';
import { KubeError, type KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { binding, failed, instance, ready, secret } from '../testing/objects.js';
import { runPlugin } from '../testing/run-plugin.js';

describe('kubectl mesitis status', () => {
  const cluster = (): MemoryKube => {
    const kube = new MemoryKube({ now: () => new Date('2026-01-01T00:00:00Z') });
    kube.seed(
      instance(),
      binding(),
      secret('api-service', { password: 'p', host: 'h' }),
      instance('broken', [ready('False', 'ErrorCallingProvision', 'connection refused')]),
    );
    return kube;
  };

  test('lists instances with their bindings below them', async () => {
    const { out, exitCode } = await runPlugin(['status'], cluster());
    expect(out).toBe(
      [
        'KIND       NAME          STATUS                  AGE   OFFERING',
        'instance   api-service   Ready                   2m    api-api-service:1',
        'binding    api-service   Ready                   2m    of api-service',
        'instance   broken        ErrorCallingProvision   2m    api-api-service:1',
        '',
      ].join('\n'),
    );
    expect(exitCode).toBe(0);
  });

  test('draws one instance as a tree that ends with the next step, and never shows a value', async () => {
    const { out } = await runPlugin(['status', 'api-service'], cluster());
    expect(out).toBe(
      [
        'api-service instance in client-ns, 2m old',
        '├─ offering api-api-service:1',
        '├─ Ready=True ProvisionedSuccessfully: The instance was provisioned successfully (2m ago)',
        '└─ binding api-service',
        '   ├─ Ready=True InjectedBindResult: Injected bind result (2m ago)',
        '   └─ Secret api-service: host, password',
        '',
        'All is well. Read the Secret: kubectl mesitis secret api-service',
        '',
      ].join('\n'),
    );
  });

  describe('tells recent Events', () => {
    const event = (name: string, fields: Record<string, unknown>, kind = 'ServiceInstance'): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: 'client-ns' },
      involvedObject: { kind, name: 'api-service', namespace: 'client-ns' },
      type: 'Normal',
      message: 'said',
      ...fields,
    });
    const eventful = (): MemoryKube => {
      const kube = cluster();
      kube.seed(
        event('a', { reason: 'First', lastTimestamp: '2026-01-01T00:00:10Z' }),
        event('b', { reason: 'Second', lastTimestamp: '2026-01-01T00:01:40Z', type: 'Warning', count: 7 }),
        event('c', { reason: 'Third', eventTime: '2026-01-01T00:01:00.5Z' }),
        event('d', { reason: 'Fourth', lastTimestamp: '2026-01-01T00:01:30Z', message: 'a\nb' }),
        event('e', {
          reason: 'ProvisionedSuccessfully',
          message: 'The instance was provisioned successfully',
          lastTimestamp: '2026-01-01T00:02:00Z',
        }),
        event('b2', {
          reason: 'Second',
          lastTimestamp: '2026-01-01T00:01:35Z',
          message: 'next at 00:01:40Z',
        }),
        event('b1', {
          reason: 'Second',
          lastTimestamp: '2026-01-01T00:01:32Z',
          message: 'next at 00:01:35Z',
        }),
        event('f', { reason: 'Elsewhere', involvedObject: { kind: 'Pod', name: 'api-service' } }),
        event('g', {
          reason: 'Predecessor',
          involvedObject: { kind: 'ServiceInstance', name: 'api-service', uid: 'x' },
        }),
        event('h', { reason: 'Bound', lastTimestamp: '2026-01-01T00:01:58Z' }, 'ServiceBinding'),
      );
      return kube;
    };

    test('the newest three of each object that no condition tells, and of those that differ in a time one', async () => {
      const { out } = await runPlugin(['status', 'api-service'], eventful());
      expect(out.match(/[├│└].*Event.*/g)).toEqual([
        '├─ Event Second: said (20s ago, 7 times)',
        '├─ Event Second: next at 00:01:40Z (25s ago)',
        '├─ Event Fourth: a b (30s ago)',
        '├─ Event Bound: said (2s ago)',
      ]);
    });

    test('and none when these may not be read', async () => {
      const kube = eventful();
      kube.failNext(
        ({ verb, kind }) => verb === 'list' && kind === 'Event',
        new KubeError('forbidden', 'no'),
      );
      const { out, exitCode } = await runPlugin(['status', 'api-service'], kube);
      expect(out).not.toContain('Event');
      expect(exitCode).toBe(0);
    });
  });

  test('takes the name of a binding for its instance', async () => {
    const kube = cluster();
    kube.seed(binding('reporting'));
    const { out } = await runPlugin(['status', 'reporting'], kube);
    expect(out).toMatch(/^api-service instance in client-ns, .*binding reporting\n/s);
    const asObject = await runPlugin(['status', 'reporting', '-o', 'name'], kube);
    expect(asObject.out).toBe('servicebinding.servicecatalog.k8s.io/reporting\n');
  });

  test('says what to do about trouble', async () => {
    const { out, exitCode } = await runPlugin(['status', 'broken'], cluster());
    expect(out).toContain('Ready=False ErrorCallingProvision: connection refused (2m ago)');
    expect(out).toContain(
      '\nThe platform goes on trying; if it lasts, tell the team that offers it that its broker does not answer.\n',
    );
    expect(exitCode).toBe(0);
  });

  test('does not take a broker that is at work for trouble', async () => {
    const kube = cluster();
    kube.seed(instance('slow', [ready('False', 'ProvisionRequestInFlight', 'in-flight to Broker')]));
    const { out } = await runPlugin(['status', 'slow'], kube);
    expect(out).toContain('\nNothing to do yet: the broker is working on it.\n');
  });

  test('tells a final failure once, and a refusal that is tried again without a farewell', async () => {
    const kube = cluster();
    kube.seed(
      instance('refused', [ready('False', 'ProvisionCallFailed', 'no'), failed('BrokerFailure', 'no')]),
      instance('retried', [ready('False', 'ProvisionCallFailed', 'busy')]),
    );
    const { out } = await runPlugin(['status', 'refused'], kube);
    expect(out).toContain(
      '├─ Ready=False ProvisionCallFailed (2m ago)\n└─ Failed=True BrokerFailure: no (2m ago)\n',
    );
    const retried = await runPlugin(['status', 'retried'], kube);
    expect(retried.out).toContain(
      '\nThe platform goes on trying; if it lasts, tell the team that offers it.\n',
    );
  });

  test('tells the rest of the story when Secrets may not be read', async () => {
    const kube = cluster();
    kube.failNext(({ kind }) => kind === 'Secret', new KubeError('forbidden', 'no'));
    const { out, exitCode } = await runPlugin(['status', 'api-service'], kube);
    expect(out).toContain('Secret api-service: (you may not read it)');
    expect(exitCode).toBe(0);
  });

  test('suggests to bind what is not bound', async () => {
    const kube = new MemoryKube();
    kube.seed(instance());
    const { out } = await runPlugin(['status', 'api-service'], kube);
    expect(out).toContain('Ready, and not bound yet: kubectl mesitis bind api-service\n');
  });

  test('prints API objects for programs', async () => {
    const list = await runPlugin(['status', '-o', 'name'], cluster());
    expect(list.out).toBe(
      [
        'serviceinstance.servicecatalog.k8s.io/api-service',
        'serviceinstance.servicecatalog.k8s.io/broken',
        'servicebinding.servicecatalog.k8s.io/api-service',
        '',
      ].join('\n'),
    );
    const one = await runPlugin(['status', 'api-service', '-o', 'json'], cluster());
    expect(JSON.parse(one.out)).toMatchObject({ kind: 'ServiceInstance', metadata: { name: 'api-service' } });
    expect(one.out).not.toContain('managedFields');
  });

  test('colours the state in a terminal that has colour', async () => {
    const { out } = await runPlugin(['status'], cluster(), { terminal: { color: true, columns: 200 } });
    expect(out).toContain('\u001B[32mReady\u001B[39m');
    expect(out).toContain('\u001B[33mErrorCallingProvision\u001B[39m');
  });

  test.each([
    ['--color=always', false, true],
    ['--color=never', true, false],
    ['--color=auto', true, true],
    ['--color=auto', false, false],
  ])('%s where colour is %s by itself: %s', async (flag, color, coloured) => {
    const { out } = await runPlugin(['status', flag], cluster(), { terminal: { color } });
    expect(out.includes('\u001B')).toBe(coloured);
  });

  describe('as a list', () => {
    const elsewhere = (object: KubeObject, labels: Record<string, string>): KubeObject => ({
      ...object,
      metadata: { ...object.metadata, namespace: 'a-team', labels },
    });
    const wide = (): MemoryKube => {
      const kube = cluster();
      kube.seed(
        elsewhere(instance(), { tier: 'test' }),
        elsewhere(binding('zz'), { tier: 'test' }),
        elsewhere(binding('yy', 'gone'), {}),
      );
      return kube;
    };
    const rows = async (...flags: string[]): Promise<string[]> =>
      (await runPlugin(['status', '--no-headers', ...flags], wide())).out
        .split('\n')
        .map((line) => line.split(/ {2,}/).slice(0, 3).join(' '));

    test('of all namespaces names each, and binds to instances of the same one only', async () => {
      expect((await rows('-A')).slice(0, 3)).toEqual([
        'a-team instance api-service',
        'a-team binding zz',
        'client-ns instance api-service',
      ]);
      expect((await rows('-A')).slice(-2)).toEqual(['a-team binding yy', '']);
    });

    test('of what has the labels', async () => {
      expect(await rows('-A', '-l', 'tier=test')).toEqual([
        'a-team instance api-service',
        'a-team binding zz',
        '',
      ]);
      expect((await runPlugin(['status', '-l', 'tier=none'], wide())).err).toBe(
        'Nothing in namespace client-ns has the labels tier=none.\n',
      );
    });

    test('in the order of a field', async () => {
      expect((await rows('-A', '--sort-by', '.metadata.name')).slice(-3)).toEqual([
        'a-team binding yy',
        'a-team binding zz',
        '',
      ]);
    });

    test('and no list of one instance', async () => {
      const { err, exitCode } = await runPlugin(['status', 'api-service', '-A'], wide());
      expect(err).toMatch(/^error: -A, -l, --sort-by and --no-headers are for the list: leave out INSTANCE/);
      expect(exitCode).toBe(2);
    });
  });

  test('says so when there is nothing', async () => {
    const { out, err, exitCode } = await runPlugin(['status'], new MemoryKube());
    expect([out, exitCode]).toEqual(['', 0]);
    expect(err).toBe(
      'Nothing is provisioned in namespace client-ns: see kubectl mesitis catalog for what there is.\n',
    );
  });
});
