import { describe, expect, test } from '@jest/globals';
import { KubeError, type JsonObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { bindingRef, instanceRef } from '../lib/service-catalog.js';
import { binding, instance, ready } from '../testing/objects.js';
import { runPlugin, type RunResult } from '../testing/run-plugin.js';

const NAMESPACE = 'client-ns';
const WAITING = ready('False', 'ProvisionRequestInFlight', 'asked');
const READY = ready('True', 'ProvisionedSuccessfully', 'done');

const cluster = (): MemoryKube => new MemoryKube({ now: () => new Date('2026-01-01T00:00:00Z') });

/** Changes the conditions of an instance as the platform does. */
async function become(kube: MemoryKube, name: string, ...conditions: JsonObject[]): Promise<void> {
  const body = { status: { conditions } };
  await kube.patch(instanceRef(NAMESPACE, name), { type: 'merge', body }, { subresource: 'status' });
}

/** Runs the command; each step is taken when standard output holds its text, and after the last comes Ctrl-C. */
async function watching(
  argv: string[],
  kube: MemoryKube,
  steps: readonly [text: string, step: () => Promise<unknown>][],
): Promise<RunResult> {
  const interruption = new AbortController();
  const left = [...steps];
  return runPlugin(['status', '-w', ...argv], kube, {
    signal: interruption.signal,
    onOut: (out) => {
      const [text, step] = left[0] ?? [];
      if (text === undefined || step === undefined || !out.includes(text)) return;
      left.shift();
      void step().then(() => {
        if (left.length === 0) interruption.abort();
      });
    },
  });
}

const nothing = (): Promise<void> => Promise.resolve();

describe('kubectl mesitis status --watch', () => {
  test('prints the table, then a line for each change that it shows, until Ctrl-C', async () => {
    const kube = cluster();
    kube.seed(instance('api-service', [WAITING]), instance('other'));
    const { out, err, exitCode } = await watching([], kube, [
      [
        'other',
        async () => {
          // The same word in the table: no line.
          await become(kube, 'api-service', { ...WAITING, message: 'asked again' });
          await become(kube, 'api-service', READY);
        },
      ],
      ['api-service   Ready', () => kube.create(binding('a-long-binding-name', 'api-service'))],
      ['a-long', () => kube.remove(instanceRef(NAMESPACE, 'other'))],
      ['Gone', nothing],
    ]);
    expect(out).toBe(
      [
        'KIND       NAME          STATUS    AGE   OFFERING',
        'instance   api-service   Pending   2m    api-api-service:1',
        'instance   other         Ready     2m    api-api-service:1',
        'instance   api-service   Ready     2m    api-api-service:1',
        'binding    a-long-binding-name   Pending   2m    of api-service',
        'instance   other                 Gone      2m    api-api-service:1',
        '',
      ].join('\n'),
    );
    expect([err, exitCode]).toEqual(['', 130]);
  });

  test('begins with the header when something comes, and goes by the named instance and its bindings', async () => {
    const kube = cluster();
    kube.seed(instance('mine', [WAITING]), instance('other', [WAITING]));
    const { out } = await watching(['mine', '-o', 'name'], kube, [
      [
        'mine',
        async () => {
          await become(kube, 'other', READY);
          await kube.create(binding('of-mine', 'mine'));
        },
      ],
      ['of-mine', nothing],
    ]);
    expect(out).toBe(
      'serviceinstance.servicecatalog.k8s.io/mine\nservicebinding.servicecatalog.k8s.io/of-mine\n',
    );
    const empty = cluster();
    const started = watching(['-A'], empty, [['KIND', nothing]]);
    await empty.create(instance('first'));
    expect((await started).out).toMatch(/^NAMESPACE .*\nclient-ns +instance +first .*\n$/);
  });

  test('prints a document for each version with -o yaml', async () => {
    const kube = cluster();
    kube.seed(instance('mine', [WAITING]));
    const { out } = await watching(['-o', 'yaml'], kube, [
      ['asked', () => become(kube, 'mine', READY)],
      ['reason: ProvisionedSuccessfully', nothing],
    ]);
    expect(out.match(/^---$/gm)).toHaveLength(2);
  });

  test('survives a server that goes away and a version that is too old, and tells the first once', async () => {
    const kube = cluster();
    kube.seed(instance('mine', [WAITING]));
    kube.failNext('watch', new KubeError('gone', 'too old'), 1);
    kube.failNext('list', new KubeError('unavailable', 'connect ECONNREFUSED'), 2);
    const { out, err } = await watching([], kube, [
      ['mine', () => become(kube, 'mine', READY)],
      ['Ready', nothing],
    ]);
    expect(out.match(/mine .*/g)).toHaveLength(2);
    expect(err).toBe('The connection to the cluster is lost; trying again.\n');
  });

  test('ends with the error when the server does not let us look, and when nobody reads any more', async () => {
    const kube = cluster();
    kube.failNext('list', new KubeError('forbidden', 'no'));
    const refused = await runPlugin(['status', '-w'], kube);
    expect(refused.err).toContain('error: the cluster refused: no');
    expect(refused.exitCode).toBe(3);
    const closed = AbortSignal.abort();
    expect(await runPlugin(['status', '-w'], cluster(), { closed })).toMatchObject({ exitCode: 0, err: '' });
  });

  test.each([
    [['nope'], 1, "error: no instance 'nope' in namespace client-ns, nor any other"],
    [['--sort-by', '[x'], 2, "error: --sort-by '[x' is not the path of a field"],
  ])('says of %j at once what is wrong', async (argv, exitCode, message) => {
    const result = await runPlugin(['status', '-w', ...argv], cluster());
    expect(result.err).toContain(message);
    expect(result.exitCode).toBe(exitCode);
  });

  test('shows a binding of its own name', async () => {
    const kube = cluster();
    kube.seed(instance('mine'), binding('b', 'mine'));
    const { out } = await watching(['b', '--no-headers'], kube, [
      ['b', () => kube.remove(bindingRef(NAMESPACE, 'b'))],
      ['Gone', nothing],
    ]);
    expect(out.match(/^binding +b +(Ready|Gone) /gm)).toHaveLength(2);
  });
});
