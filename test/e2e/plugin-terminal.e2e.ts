import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { startInTerminal, type Dialogue } from '../cluster/dialogue.js';
import { repositoryRoot } from '../cluster/folders.js';
import { startPluginStage, type PluginStage } from '../plugin/stage.js';
import { binding, instance } from '../plugin/world.js';

// What a person sees who sits before a terminal. Nothing waits for a time: an answer is typed when its question is there.

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

describe('kubectl mesitis in a terminal', () => {
  let stage: PluginStage;

  beforeAll(async () => {
    stage = await startPluginStage();
  });

  afterAll(() => stage.close());

  const bundle = join(repositoryRoot(), 'kubectl-plugin', 'bin', 'kubectl-mesitis');

  /** Types a command line into a terminal; `variables` are set besides. */
  const type = (line: string, columns = 80, variables: NodeJS.ProcessEnv = {}): Dialogue =>
    startInTerminal(
      { columns },
      [process.execPath, bundle, ...line.replace('ROOT', repositoryRoot()).split(' ')],
      {
        KUBECONFIG: stage.kubeconfig,
        NO_COLOR: '1',
        ...variables,
      },
    );

  const find = (name: string): Promise<KubeObject | undefined> =>
    stage.kube.get({
      apiVersion: 'servicecatalog.k8s.io/v1beta1',
      kind: 'ServiceInstance',
      namespace: 'client-ns',
      name,
    });

  describe('asked for a parameter that is missing', () => {
    const QUESTION = /size \(integer; How many brokers; 1 to 5\): /;

    test('takes the answer, as the schema wants it', async () => {
      const asked = type('provision queue:3');
      await asked.until(QUESTION);
      asked.type('2\r');
      await asked.until(/instance 'queue' of api-queue:3 is ready/);
      expect(await asked.end()).toBe(0);
      expect((await find('queue'))?.['spec']).toMatchObject({ parameters: { size: 2 } });
    });

    test.each([
      [
        'an answer that does not fit',
        '9\r',
        2,
        /error: parameters do not fit api-queue:3: parameters\.size must be <= 5/,
      ],
      ['no answer', '\r', 2, /error: parameter 'size' is required: nothing was asked for/],
      ['the end of the input', CTRL_D, 2, /error: parameter 'size' is required: nothing was asked for/],
      ['Ctrl-C', CTRL_C, 130, /error: interrupted; nothing was asked for/],
    ])('%s leaves nothing asked for', async (_, keys, code, message) => {
      const asked = type('provision queue:3 --name unasked');
      await asked.until(QUESTION);
      asked.type(keys);
      await asked.until(message);
      expect(await asked.end()).toBe(code);
      expect(await find('unasked')).toBeUndefined();
    });
  });

  test('leaves the terminal as it was when a question is interrupted', async () => {
    const line = `${process.execPath} ${bundle} provision queue:3; stty -a`;
    const asked = startInTerminal({ columns: 80 }, ['bash', '-c', line], { KUBECONFIG: stage.kubeconfig });
    await asked.until(/1 to 5\): /);
    asked.type(CTRL_C);
    await asked.until(/interrupted; nothing was asked for[^]* icanon [^]* echo /);
    expect(await asked.end()).toBe(0);
  });

  describe('asked whether to delete', () => {
    const QUESTION =
      /This deletes instance kept in namespace client-ns with everything that was made\r\nfor it, Secret kept\. Go on\? \[y\/N\] /;

    beforeAll(() => {
      stage.kube.seed(instance('kept', 'weather', '2'), binding('kept'));
    });

    test.each([
      ['n', 'n\r', 1, /error: nothing was deleted/],
      ['just Enter', '\r', 1, /error: nothing was deleted/],
      ['what begins with y', 'yikes\r', 1, /error: nothing was deleted/],
      ['Ctrl-D', CTRL_D, 1, /error: nothing was deleted/],
      ['Ctrl-C', CTRL_C, 130, /error: interrupted; nothing was deleted/],
    ])('%s deletes nothing', async (_, keys, code, message) => {
      const asked = type('deprovision kept --cascade');
      await asked.until(QUESTION);
      asked.type(keys);
      await asked.until(message);
      expect(await asked.end()).toBe(code);
      expect((await find('kept'))?.metadata.deletionTimestamp).toBeUndefined();
    });

    test('yes deletes it', async () => {
      const asked = type('deprovision kept --cascade');
      await asked.until(QUESTION);
      asked.type('yes\r');
      await asked.until(/instance 'kept' is gone/);
      expect(await asked.end()).toBe(0);
      expect(await find('kept')).toBeUndefined();
    });
  });

  describe('its width', () => {
    const LONG =
      'Message queues with at-least-once delivery, backed up every night and watched over by the API team';

    test.each([
      'catalog',
      'catalog -A',
      'catalog queue:3',
      'status',
      'status orders',
      'consumers',
      'doctor',
      'secret orders',
      'plan -f ROOT/docs/examples/api-service.yaml -n provider-ns',
      'explain',
      'explain MES036',
      '--help',
    ])('holds %s at 80 columns', async (line) => {
      const shown = type(line);
      expect([0, 1]).toContain(await shown.end());
      expect(widest(shown.output())).toBeLessThanOrEqual(80);
      expect(widest(shown.output())).toBeGreaterThan(20);
    });

    test('cuts a description at 80 columns and not at 200', async () => {
      const [narrow, wide] = [type('catalog'), type('catalog', 200)];
      await Promise.all([narrow.end(), wide.end()]);
      expect(narrow.output()).not.toContain(LONG);
      expect(narrow.output()).toMatch(/^api-queue +3 .{40,}…\r$/m);
      expect(wide.output()).toContain(LONG);
    });
  });

  describe('waiting', () => {
    test('tells in one live line what for, and since when, and takes it away in the end', async () => {
      const waiting = type(
        'provision weather --name slow-forecast-of-the-weather-in-the-mountains-and-by-the-sea',
      );
      await waiting.until(/instance 'slow-[a-z-]*…[a-z-]*-by-the-sea'(?: \(\d+s\))?: waiting for the broker/);
      await waiting.until(/ \(\d+s\): waiting for the broker/);
      const ready = { type: 'Ready', status: 'True', reason: 'ProvisionedSuccessfully', message: '' };
      const name = 'slow-forecast-of-the-weather-in-the-mountains-and-by-the-sea';
      await stage.kube.patch(
        {
          apiVersion: 'servicecatalog.k8s.io/v1beta1',
          kind: 'ServiceInstance',
          namespace: 'client-ns',
          name,
        },
        { type: 'merge', body: { status: { conditions: [ready] } } },
        { subresource: 'status' },
      );
      await waiting.until(/api-weather:2\s+is\s+ready\r\n/);
      expect(await waiting.end()).toBe(0);
      // The live line is drawn over itself: nothing of it stays, and none of it was ever too wide.
      expect(screenOf(waiting.output())).toMatch(/^instance 'slow-/);
      expect(screenOf(waiting.output())).not.toContain('waiting');
      expect(widest(waiting.output())).toBeLessThanOrEqual(80);
    });

    test('Ctrl-C ends the waiting, not what was asked for', async () => {
      const waiting = type('provision weather --name slow');
      await waiting.until(/instance 'slow': waiting for the broker/);
      waiting.type(CTRL_C);
      await waiting.until(
        /error: interrupted; the platform goes on with it, see kubectl mesitis status\r\nslow/,
      );
      expect(await waiting.end()).toBe(130);
      expect((await find('slow'))?.metadata.deletionTimestamp).toBeUndefined();
    });
  });

  test.each([
    ['a terminal is coloured', 'status', {}, true],
    ['not with NO_COLOR', 'status', { NO_COLOR: '1' }, false],
    ['nor with --color never', 'status --color never', {}, false],
    ['but with --color always, whatever NO_COLOR says', 'status --color always', { NO_COLOR: '1' }, true],
    ['not when it is dumb', 'status', { TERM: 'dumb' }, false],
  ])('%s', async (_, line, variables, coloured) => {
    const shown = type(line, 80, { NO_COLOR: undefined, ...variables });
    expect(await shown.end()).toBe(0);
    expect(shown.output().includes('\u001B[')).toBe(coloured);
  });

  test('a value of a Secret is a line of its own for a person', async () => {
    const shown = type('secret orders username');
    expect(await shown.end()).toBe(0);
    expect(shown.output()).toBe('iamtheuser\r\n');
  });
});

/** What is left on a screen: a carriage return goes back to the beginning, and what is written there stays. */
function screenOf(output: string): string {
  return output
    .split('\r\n')
    .map((line) => line.split('\r\u001B[K').at(-1) ?? '')
    .join('\n');
}

/** The length of the longest line that was ever drawn. */
function widest(output: string): number {
  const lines = output.replaceAll('\u001B[K', '').split(/\r\n?/);
  return Math.max(...lines.map((line) => line.length));
}
