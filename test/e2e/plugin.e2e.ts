import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import type { Broker } from '../cluster/broker.js';
import { startDialogue } from '../cluster/dialogue.js';
import { runTool, type ToolResult } from '../cluster/exec.js';
import { keyboardOf, type Keyboard, type Who } from './keyboard.js';
import { entryOf, type EntryFields } from './offerings.js';
import { STAGE_MS, makeNamespaces, raiseStage, type Stage } from './stage.js';

// `kubectl mesitis …` as people type it: the bundle, found and run by the real kubectl, on a real API server, by people
// with the rights of `edit` in their own namespaces. The tests are one story, in this order.

jest.setTimeout(STAGE_MS);

const PARAMETERS = {
  type: 'object',
  required: ['size'],
  properties: { size: { type: 'integer', minimum: 1, maximum: 5 } },
  additionalProperties: false,
};

/** A version of an offering that the team publishes. */
const queue = (version: string, fields: Partial<EntryFields> = {}): KubeObject =>
  entryOf('provider-ns', {
    offering: 'queue',
    version,
    description: 'Message queue',
    uuid: `queue-${version}`,
    serviceuuid: 'queue',
    whitelist: ['client-ns'],
    parameters: PARAMETERS,
    provisionnonclusterurl: { url: 'https://queue.example.com' },
    credentialfromcatalog: { username: 'queue', password: '${generate.password(24)}' },
    ...fields,
  });

/** A Service that a team has already. */
const WEB: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'provider-ns' },
  spec: { ports: [{ name: 'http', port: 80 }] },
};

describe('kubectl mesitis on a real API server', () => {
  let stage: Stage;
  let broker: Broker;
  let keyboard: Keyboard;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mesitis-plugin-'));
    stage = await raiseStage();
    await makeNamespaces(stage.kube, 'api-ns', 'client-ns', 'other-ns');
    broker = await stage.platform.startBroker({
      namespace: 'provider-ns',
      existingServiceNamespaces: ['provider-ns'],
    });
    keyboard = await keyboardOf(stage);
  });

  afterAll(async () => {
    await stage.close();
    await rm(folder, { recursive: true });
  });

  const mesitis = (who: Who, ...typed: string[]): Promise<ToolResult> => keyboard.mesitis(who, typed);

  /** Types a command that must end well; gives what it says on both streams. */
  const says = async (who: Who, ...typed: string[]): Promise<string> => {
    const { code, stdout, stderr } = await mesitis(who, ...typed);
    expect({ code, typed, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, typed, stderr: '' });
    return `${stdout}${stderr}`;
  };

  /** Types a command that should fail; gives its exit code and what stands on stderr. */
  const fails = async (who: Who, ...typed: string[]): Promise<string> => {
    const { code, stderr } = await mesitis(who, ...typed);
    return `${code} ${stderr}`;
  };

  const written = async (name: string, ...objects: KubeObject[]): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    return file;
  };

  describe('for the team that offers', () => {
    test('init writes what is there already as an offering, which lint, plan and the webhook accept', async () => {
      await stage.kube.create(WEB);
      const source = ['--from', 'service/web', '--shared'];
      const typed = ['init', 'web', '--team', 'e2e', ...source, '--whitelist', 'client-*'];
      const { code, stdout } = await mesitis('provider', ...typed);
      expect(code).toBe(0);
      const file = join(folder, 'web.yaml');
      await writeFile(file, stdout);
      expect(await runTool(keyboard.file, ['mesitis', 'lint', file], { env: keyboard.env })).toEqual({
        code: 0,
        stdout: '',
        stderr: '1 ConfigMap of 1 file: nothing to say\n',
      });
      const queues = await written('queues.json', queue('1'), queue('2'));
      expect(await says('provider', 'plan', '-f', file, '-f', queues)).toMatch(
        /^ACTION +WHAT +CONFIGMAP .*\nnew +e2e-queue:1 +provider-ns\/entry-queue-1\b/,
      );
      const applied = await keyboard.kubectl('provider', ['apply', '-f', file, '-f', queues]);
      expect(applied).toMatchObject({ code: 0, stderr: '' });
    });

    test('register takes an administrator, and makes the offerings visible', async () => {
      const typed = ['register', 'e2e', '--url', broker.url, '-n', 'provider-ns'];
      expect(await fails('provider', ...typed)).toMatch(
        /^3 error: the cluster refused: .*User "system:serviceaccount:provider-ns:provider" cannot create resource "clusterservicebrokers".*; ask an administrator for this right\n$/,
      );
      expect(await says('admin', ...typed, '--dry-run=server')).toBe(
        "ClusterServiceBroker 'e2e' would be registered (server dry run)\n",
      );
      expect(await says('admin', ...typed)).toMatch(/^ClusterServiceBroker 'e2e' is ready\n/);
    });
  });

  describe('the catalog', () => {
    test.each([
      { title: 'lists what whitelists the namespace', typed: [], shows: ['queue', 'web'], hides: [] },
      {
        title: 'lists nothing else',
        who: 'other' as const,
        typed: [],
        shows: ['No offering whitelists namespace other-ns'],
        hides: ['e2e-queue'],
      },
      {
        title: 'marks with --all what is not for the namespace',
        who: 'other' as const,
        typed: ['--all'],
        shows: [/^e2e-queue +1 +e2e +yes +no +external URL/m],
        hides: [],
      },
      {
        title: 'says with -A for whom each is',
        who: 'admin' as const,
        typed: ['-A', '--no-headers'],
        shows: [/^\(cluster\) +e2e-web +1 +e2e +yes +shared service +client-\*$/m],
        hides: ['OFFERING'],
      },
      {
        title: 'describes one',
        typed: ['queue:2'],
        shows: [/^size +integer +yes +1 to 5$/m, 'kubectl mesitis provision e2e-queue:2 -p size=1'],
        hides: ['e2e-queue:1'],
      },
      {
        title: 'names API objects',
        typed: ['-o', 'name'],
        shows: [/^clusterserviceplan\.servicecatalog\.k8s\.io\//m],
        hides: [],
      },
    ])('$title', async ({ who = 'client' as const, typed, shows, hides }) => {
      const text = await says(who, 'catalog', ...typed);
      for (const each of shows) expect(text).toMatch(each);
      for (const each of hides) expect(text).not.toContain(each);
    });

    test('is a List of classes and plans for programs', async () => {
      const { items } = JSON.parse(await says('client', 'catalog', '-o', 'json')) as { items: KubeObject[] };
      expect(items.map(({ kind }) => kind).sort()).toEqual([
        ...['ClusterServiceClass', 'ClusterServiceClass'],
        ...['ClusterServicePlan', 'ClusterServicePlan', 'ClusterServicePlan'],
      ]);
    });
  });

  describe('for a consumer', () => {
    test.each([
      [
        'what does not fit the schema',
        'client',
        ['provision', 'queue:1', '-p', 'size=9'],
        '2 error: parameters do not fit e2e-queue:1: parameters.size must be <= 5; nothing was asked for',
      ],
      [
        'what the schema requires',
        'client',
        ['provision', 'queue:1'],
        "2 error: parameters do not fit e2e-queue:1: parameters must have required property 'size'",
      ],
      [
        'what there is no offering of',
        'client',
        ['provision', 'quue'],
        "1 error: no offering 'quue' for namespace client-ns; did you mean e2e-queue?",
      ],
      [
        'what is for others',
        'other',
        ['provision', 'queue:1', '-p', 'size=1'],
        "1 error: offering 'queue' is not for namespace other-ns: ask team e2e to whitelist it",
      ],
      [
        'a plan that has to be chosen',
        'client',
        ['provision', 'queue', '-p', 'size=1'],
        "1 error: offering 'e2e-queue' has several plans: choose e2e-queue:1 or e2e-queue:2",
      ],
      [
        'a namespace of others',
        'other',
        ['provision', 'queue:1', '-p', 'size=1', '-n', 'client-ns'],
        /^3 error: the cluster refused: .*User "system:serviceaccount:other-ns:other" cannot list resource .* in the namespace "client-ns"; ask an administrator for this right\n$/,
      ],
      [
        'a namespace that is not there',
        'admin',
        ['provision', 'web', '-n', 'client-2'],
        '3 error: the cluster refused: namespaces "client-2" not found; choose another namespace with -n, or have it created',
      ],
    ] as const)('provision refuses %s', async (_, who, typed, message) => {
      expect(await fails(who, ...typed)).toEqual(
        typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
      );
    });

    test('provision in a dry run says and prints what would be asked for, and nothing is', async () => {
      for (const mode of ['client', 'server']) {
        const typed = ['provision', 'queue:1', '-p', 'size=2', `--dry-run=${mode}`];
        expect(await says('client', ...typed)).toBe(
          `instance 'queue' of e2e-queue:1 would be requested (${mode} dry run)\n`,
        );
        // A number, because the schema says so.
        expect(await says('client', ...typed, '-o', 'yaml')).toMatch(/^ {2}parameters:\n {4}size: 2$/m);
      }
      // Neither this nor what was refused above.
      const { stderr } = await keyboard.kubectl('admin', ['get', 'serviceinstances', '-A']);
      expect(stderr).toBe('No resources found\n');
    });

    test('provision, wait, upgrade: each says what became of it', async () => {
      expect(await says('client', 'provision', 'queue:1', '-p', 'size=2', '--no-wait')).toBe(
        "instance 'queue' of e2e-queue:1 requested\nSee how it goes: kubectl mesitis status queue\n",
      );
      expect(await says('client', 'wait', 'queue', '--timeout', '20s')).toMatch(
        /^instance 'queue' is ready\n/,
      );
      expect(await fails('client', 'provision', 'queue:1', '-p', 'size=2')).toContain('1 error: ');
      expect(await fails('client', 'upgrade', 'queue')).toBe(
        "1 error: instance 'queue' has e2e-queue:1, and there is 2: choose one with --to\n",
      );
      expect(await says('client', 'upgrade', 'queue', '--to', '2')).toMatch(
        /^instance 'queue' has e2e-queue:2\n/,
      );
      expect(await says('client', 'provision', 'web', '--wait')).toMatch(
        /^instance 'web' of e2e-web:1 is ready\n/,
      );
    });

    test('bind makes a Secret; secret reads it, masked, shown, by key, for shells and programs', async () => {
      expect(await says('client', 'bind', 'queue')).toMatch(
        /^binding 'queue' of instance 'queue' is ready: Secret 'queue' in namespace client-ns\n/,
      );
      const masked = await says('client', 'secret', 'queue');
      expect(masked).toMatch(/^password +•+ \(24 bytes\)$/m);
      const { stdout: password } = await mesitis('client', 'secret', 'queue', 'password');
      expect(password).toMatch(/^[A-Za-z0-9]{24}$/);
      expect(masked).not.toContain(password);
      expect(await says('client', 'secret', 'queue', '--show')).toContain(password);
      expect(await says('client', 'secret', 'queue', '-o', 'env')).toContain(
        `export password='${password}'\n`,
      );
      expect(await says('client', 'secret', 'queue', '-o', 'dotenv')).toMatch(
        new RegExp(`^password=.?${password}.?$`, 'm'),
      );
      const { data } = JSON.parse(await says('client', 'secret', 'queue', '-o', 'json')) as {
        data: Record<string, string>;
      };
      expect(data['password']).toBe(Buffer.from(password).toString('base64'));
      const typed = [
        'secret',
        'queue',
        '--exec',
        '--',
        'sh',
        '-c',
        'printf %s "$username:$password"; exit 7',
      ];
      expect(await mesitis('client', ...typed)).toEqual({ code: 7, stdout: `queue:${password}`, stderr: '' });
      expect(await fails('client', 'secret', 'queue', 'pasword')).toBe(
        "1 error: Secret 'queue' has no key 'pasword'; did you mean password?\n",
      );
      expect(await fails('other', 'secret', 'queue', '-n', 'client-ns')).toMatch(
        /^3 error: the cluster refused: .* cannot get resource "servicebindings" /,
      );
    });

    test('rotate puts other credentials into the same Secret', async () => {
      const { stdout: before } = await mesitis('client', 'secret', 'queue', 'password');
      expect(await says('client', 'rotate', 'queue', '--overlap', '10m')).toMatch(
        /^binding 'queue' has new credentials in Secret 'queue'; the old ones end at 20/,
      );
      const { stdout: after } = await mesitis('client', 'secret', 'queue', 'password');
      expect(after).toMatch(/^[A-Za-z0-9]{24}$/);
      expect(after).not.toBe(before);
    });

    test('status shows the instance with its binding, its Secret and the next step', async () => {
      const text = await says('client', 'status', 'queue');
      expect(text).toMatch(/^queue instance in client-ns, \d+s old\n├─ offering e2e-queue:2\n/);
      expect(text).toMatch(/^ {3}└─ Secret queue: host, password, port, uri, username$/m);
      expect(text).toContain('All is well. Read the Secret: kubectl mesitis secret queue');
    });
  });

  describe('for the team that offers, again', () => {
    test('consumers tells who has what, to whoever may know', async () => {
      expect(await says('admin', 'consumers', 'queue', '--no-headers')).toMatch(
        /^client-ns +queue +e2e-queue:2 +Ready +\d+s +1 +system:serviceaccount:client-ns:client\n$/,
      );
      expect(await fails('provider', 'consumers', 'queue')).toMatch(
        /^3 error: the cluster refused: .* cannot list resource .* at the cluster scope; ask an administrator for this right, or name a namespace with -n\n$/,
      );
    });

    test('plan says whom a change would break', async () => {
      const file = await written('closed.json', queue('2', { whitelist: ['other-*'] }));
      const { code, stdout, stderr } = await mesitis('admin', 'plan', '-f', file);
      expect(code).toBe(1);
      expect(stdout).toMatch(
        /^client-ns\/queue +e2e-queue:2 +MES091 +no longer lets in namespaces that have instances$/m,
      );
      expect(stderr).toMatch(
        /^error: 1 changed in provider-ns: would be refused, because it breaks 1 instance/,
      );
    });

    test('doctor finds everything well, and says what somebody without rights can not see', async () => {
      const { checks } = JSON.parse(await says('admin', 'doctor', '-o', 'json')) as {
        checks: { verdict: string }[];
      };
      expect(checks.filter(({ verdict }) => verdict === 'problem')).toEqual([]);
      const { code, stdout } = await mesitis('client', 'doctor');
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /^ok +rights +in namespace client-ns you may catalog, provision, bind, secret, unbind, deprovision$/m,
      );
      expect(stdout).toMatch(/^unknown +webhook /m);
    });
  });

  describe('whoever types', () => {
    test.each([
      [['explain', 'mes036'], 0, /^MES036 \(warning\): The whitelist names each consumer once\./],
      [['version'], 0, /^kubectl-mesitis \d+\.\d+\.\d+ \(node /],
      [['catalog', '--context', 'nobody'], 3, /^error: no usable cluster: .*nobody/],
      [
        ['catalog', '--context', 'client', '--token', 'expired'],
        3,
        'error: the cluster does not accept your credentials: Unauthorized; log in again, or choose another context with --context\n',
      ],
      [['catalog', '-s', 'https://127.0.0.1:1'], 3, /^error: the cluster cannot be reached: .*ECONNREFUSED/],
      [
        ['status', '--as', 'nobody', '-n', 'client-ns'],
        3,
        /^error: the cluster refused: .*User "nobody" cannot list .*; ask an administrator for this right\n$/,
      ],
      [
        ['status', 'que', '-n', 'client-ns'],
        1,
        "error: no instance 'que' in namespace client-ns; did you mean queue?\n",
      ],
      [['status', '--tree'], 2, /^error: .*--tree.*; see kubectl mesitis status --help\n$/],
      [['statsu'], 2, "error: unknown command 'statsu'; did you mean status?\n"],
    ] as const)('%j ends with %i and a sentence', async (typed, code, sentence) => {
      const result = await runTool(keyboard.file, ['mesitis', ...typed], { env: keyboard.env });
      const said = code === 0 ? result.stdout : result.stderr;
      expect(said).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
      expect({ code: result.code, silent: code === 0 ? result.stderr : result.stdout }).toEqual({
        code,
        silent: '',
      });
    });

    test('gets completion with what the cluster offers from the real kubectl, once it is installed', async () => {
      const env = { ...keyboard.env, PATH: [folder, keyboard.env.PATH].join(delimiter) };
      const complete = ['mesitis', 'completion', '--install', '--dir', folder];
      expect(await runTool(keyboard.file, complete, { env })).toMatchObject({
        code: 0,
        stdout: `completion is set up: ${folder}/kubectl_complete-mesitis\n`,
      });
      const words = ['__complete', 'mesitis', 'provision', '--context', 'client', 'e2e-queue:'];
      const { stdout } = await runTool(keyboard.file, words, { env });
      expect(stdout).toMatch(/^e2e-queue:1\t.*\ne2e-queue:2\t/);
    });
  });

  describe('for a consumer who leaves', () => {
    test('deprovision refuses while bound, and where nobody can be asked', async () => {
      expect(await fails('client', 'deprovision', 'queue', '--yes')).toBe(
        "1 error: instance 'queue' is in use by binding queue: kubectl mesitis unbind queue, or add --cascade to unbind first\n",
      );
      expect(await fails('client', 'deprovision', 'web')).toBe(
        '2 error: nobody is there to ask: add --yes to delete without a question; see kubectl mesitis deprovision --help\n',
      );
    });

    test('status --watch prints what changes until it is interrupted', async () => {
      const typed = ['mesitis', 'status', '-w', '--no-headers', '--context', 'client'];
      // kubectl becomes the plugin, so the signal reaches it.
      const watching = startDialogue(keyboard.file, typed, keyboard.env);
      await watching.until(/binding +queue +Ready .*\n/);
      expect(await says('client', 'unbind', 'queue')).toContain(
        "binding 'queue' is gone, and with it Secret 'queue'\n",
      );
      await watching.until(/binding +queue +Gone .*\n/);
      watching.interrupt();
      expect(await watching.end()).toBe(130);
    });

    test('deprovision --cascade takes bindings along, and nothing is left', async () => {
      await says('client', 'bind', 'web', '--name', 'reader', '--secret-name', 'web-coordinates');
      expect(await says('client', 'deprovision', 'web', '--cascade', '--yes')).toContain(
        "instance 'web' is gone\n",
      );
      expect(await says('client', 'deprovision', 'queue', '--yes')).toContain("instance 'queue' is gone\n");
      const left = await keyboard.kubectl('admin', ['get', 'serviceinstances,servicebindings', '-A']);
      expect(left.stderr).toContain('No resources found');
      const secrets = await keyboard.kubectl('client', ['get', 'secrets', '-o', 'name']);
      expect(secrets.stdout).not.toMatch(/web|queue/);
    });
  });
});
