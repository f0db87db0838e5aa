import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMMANDS } from '@mesitis/kubectl-plugin';
import { runTool } from '../cluster/exec.js';
import { repositoryRoot } from '../cluster/folders.js';
import { startPluginStage, type PluginStage } from '../plugin/stage.js';
import { entryOf } from './offerings.js';

/** A command line, and what becomes of it. FOLDER and SERVER stand for those of the stage. */
interface Typed {
  line: string;
  /** The exit code; 0 when left out. */
  code?: number;
  /** What stdout holds, and stderr: nothing of interest when left out. */
  out?: RegExp;
  err?: RegExp;
  /** What stands on standard input. */
  input?: string;
}

/** On a real API server, where it is interrupted (plugin.e2e.ts). */
const TYPED_ELSEWHERE = ['status --watch'];

const JSON_OBJECT = /^\{\n/;

// In this order, on one cluster: what one line makes, the next may use. Every flag of every command occurs.
const TYPED: readonly Typed[] = [
  { line: 'catalog --no-headers', out: /^api-api-service +1 / },
  { line: 'catalog -n analytics-1', out: /^data-warehouse +1 /m },
  { line: 'catalog --all', out: /^data-warehouse +1 +data +yes +no +shared service /m },
  { line: 'catalog -A', out: /^\(cluster\) +data-warehouse .* analytics-\*$/m },
  { line: 'catalog -l team=data -A --no-headers', out: /^\(cluster\) +data-warehouse .*\n$/ },
  { line: 'catalog -l team=nobody', err: /^No plan for namespace client-ns has the labels team=nobody\.\n$/ },
  { line: 'catalog --sort-by .spec.externalID --no-headers', out: /^api-api-service[^]*\napi-weather/ },
  { line: 'catalog --sort-by .items[*]', code: 2, err: /^error: .*--sort-by/ },
  { line: 'catalog weather -o yaml', out: /^apiVersion: v1\nkind: List\n|kind: List/ },
  {
    line: 'catalog -o xml',
    code: 2,
    err: /^error: expected --output=xml to be one of: table, json, yaml, name/,
  },

  {
    line: 'provision queue:3 -p size=2 -p backup.hour=4 --dry-run=client -o json',
    out: /"hour": 4[^]*"size": 2|"size": 2[^]*"hour": 4/,
  },
  {
    line: 'provision queue:3 --params-json {"size":2} --dry-run=server',
    out: /^instance 'queue' of api-queue:3 would be requested \(server dry run\)\n$/,
  },
  { line: 'provision queue:3 --params-json [] --dry-run=client', code: 2, err: /^error: .*--params-json/ },
  {
    line: 'provision queue:3 --params-file - -o name',
    input: 'size: 2\n',
    out: /^serviceinstance\.servicecatalog\.k8s\.io\/queue\n$/,
  },
  { line: 'provision queue:3 --params-file FOLDER/none.yaml', code: 2, err: /^error: .*none\.yaml/ },
  {
    line: 'provision queue:3 -p size=2',
    code: 1,
    err: /^error: instance 'queue' already exists in namespace client-ns \(api-queue:3, Ready\): see kubectl mesitis status queue/,
  },
  {
    line: 'provision queue:3 --name second -p size=1 --no-wait',
    out: /^instance 'second' of api-queue:3 requested\n$/,
  },
  { line: 'provision queue:3 --name Third -p size=1', code: 2, err: /^error: .*'Third'/ },
  {
    line: 'provision weather --name third --wait --timeout 1m',
    out: /^instance 'third' of api-weather:2 is ready\n$/,
  },
  {
    line: 'provision weather --name fourth --timeout soon',
    code: 2,
    err: /^error: --timeout 'soon' is not a duration above 0/,
  },
  { line: 'wait third', out: /^instance 'third' is ready\n$/ },
  {
    line: 'wait instance/third --for=ready -o name',
    out: /^serviceinstance\.servicecatalog\.k8s\.io\/third\n$/,
  },
  {
    line: 'wait third --for=deleted --timeout 1s',
    code: 1,
    err: /^error: instance 'third' is still there after 1s: .*deprovision third does\n$/m,
  },

  { line: 'bind queue -p role=reader --dry-run=client -o yaml', out: /^ {2}parameters:\n {4}role: reader$/m },
  { line: 'bind queue --params-json {"role":"reader"} --dry-run=server -o json', out: /"role": "reader"/ },
  {
    line: 'bind queue --params-file FOLDER/role.yaml --name reader --secret-name reader-secret',
    out: /^binding 'reader' of instance 'queue' is ready: Secret 'reader-secret' in namespace client-ns\n$/,
  },
  {
    line: 'bind second --format servicebinding --no-wait',
    out: /^binding 'second' of instance 'second' requested/,
  },
  { line: 'bind second --format xml', code: 2, err: /^error: .*servicebinding/ },
  {
    line: 'bind third --wait --timeout 1m -o name',
    out: /^servicebinding\.servicecatalog\.k8s\.io\/third\n$/,
  },
  { line: 'bind nobody', code: 1, err: /^error: no instance 'nobody' in namespace client-ns/ },

  { line: 'secret reader', out: /^password +•+ \(14 bytes\)$/m, err: /^Values are masked/ },
  { line: 'secret reader --show', out: /^password +iamthepassword$/m },
  { line: 'secret reader username', out: /^iamtheuser$/ },
  { line: 'secret reader -o env', out: /^export username='iamtheuser'$/m },
  { line: 'secret reader -o dotenv', out: /^username=.?iamtheuser.?$/m },
  { line: 'secret reader -o name', out: /^secret\/reader-secret\n$/ },
  { line: 'secret reader --exec -- printenv username', out: /^iamtheuser\n$/ },
  { line: 'secret reader --exec -- false', code: 1 },
  { line: 'secret reader --exec -- no-such-command', code: 127, err: /^error: .*no-such-command/ },
  { line: 'secret reader --exec', code: 2, err: /^error: --exec needs a command/ },

  { line: 'status --no-headers', out: /^instance +orders +Ready / },
  { line: 'status -A', out: /^NAMESPACE[^]*\nother-ns +instance +jobs +Ready / },
  { line: 'status -l app=orders --no-headers', out: /^instance +orders .*\nbinding +orders .*\n$/ },
  { line: 'status --sort-by .metadata.name --no-headers', out: /^\w+ +orders / },
  { line: 'status reader -o name', out: /^servicebinding\.servicecatalog\.k8s\.io\/reader\n$/ },
  { line: 'status jobs -n other-ns', out: /^jobs instance in other-ns, / },

  {
    line: 'upgrade orders',
    code: 1,
    err: /^error: instance 'orders' has api-queue:3, and there is 4: choose one with --to\n$/,
  },
  { line: 'upgrade orders --to 4 --wait --timeout 1m', out: /^instance 'orders' has api-queue:4\n$/ },
  { line: 'upgrade orders --to 4 -o name', out: /^serviceinstance\.servicecatalog\.k8s\.io\/orders\n$/ },
  { line: 'upgrade orders --to 3 --no-wait', out: /^instance 'orders' is to have api-queue:3\n$/ },
  {
    line: 'rotate orders --overlap 10m --wait --timeout 1m',
    out: /^binding 'orders' has new credentials in Secret 'orders'; the old ones end at 20/,
  },
  { line: 'rotate orders --no-wait', out: /^new credentials requested for binding 'orders'\n$/ },
  { line: 'rotate reader -o name', out: /^servicebinding\.servicecatalog\.k8s\.io\/reader\n$/ },
  {
    line: 'rotate orders --overlap never',
    code: 2,
    err: /^error: --overlap 'never' is not a duration above 0/,
  },

  {
    line: 'unbind third --wait --timeout 1m',
    out: /^binding 'third' is gone, and with it Secret 'third'\n$/,
  },
  { line: 'unbind second --no-wait -o name', out: /^servicebinding\.servicecatalog\.k8s\.io\/second\n$/ },
  { line: 'deprovision queue --yes', code: 1, err: /^error: instance 'queue' is in use by binding reader: / },
  { line: 'deprovision queue --cascade', code: 2, err: /^error: nobody is there to ask: add --yes/ },
  { line: 'deprovision queue --cascade --yes --timeout 1m', out: /^instance 'queue' is gone\n$/ },
  { line: 'deprovision second -y --no-wait', out: /^instance 'second' is being deleted\n$/ },
  { line: 'deprovision third -y --wait -o name', out: /^serviceinstance\.servicecatalog\.k8s\.io\/third\n$/ },
  { line: 'wait third --for=delete', out: /^instance 'third' is gone\n$/ },

  { line: 'consumers queue --no-headers', out: /^client-ns +orders +api-queue:3 / },
  { line: 'consumers -n other-ns -o name', out: /^serviceinstance\.servicecatalog\.k8s\.io\/jobs\n$/ },
  { line: 'consumers -A --no-headers', out: /^other-ns +jobs /m },
  { line: 'consumers -l app=jobs --no-headers', out: /^other-ns +jobs .*\n$/ },
  { line: 'consumers --sort-by .metadata.name --no-headers', out: /^other-ns +jobs / },
  { line: 'consumers data-warehouse', err: /^Nobody uses 'data-warehouse'\.\n$/ },

  {
    line: 'register --dry-run=client -n provider-ns -o yaml',
    out: /url: http:\/\/mesitis-broker\.provider-ns\.svc:8080$/m,
  },
  {
    line: 'register -n provider-ns --wait --timeout 1m',
    out: /^ClusterServiceBroker 'provider-ns-mesitis' is ready\n$/,
  },
  {
    line: 'register other -n provider-ns --url http://other --secret mesitis-broker-auth --relist 5m --no-wait',
    out: /^ClusterServiceBroker 'other' is registered\n$/,
  },
  {
    line: 'register third -n provider-ns --secret none',
    code: 1,
    err: /^error: there is no Secret 'none' in namespace provider-ns\n$/,
  },
  {
    line: 'register third -n provider-ns --ca-file FOLDER/role.yaml',
    code: 2,
    err: /^error: --ca-file .* holds no PEM certificate/,
  },
  {
    line: 'register api -n provider-ns --whitelisted',
    out: /^ServiceBroker 'api' in namespace client-ns is ready\nServiceBroker 'api' in namespace other-ns is ready\n$/,
  },

  { line: 'init web --team api', out: /^apiVersion: v1\nkind: ConfigMap\n[^]*\n---\n/, err: /^Next: / },
  {
    line: 'init site --url https://site.example.com --whitelist team-* --whitelist client-ns',
    out: /- "?team-\*"?\n +- client-ns$/m,
  },
  { line: 'init db --from service/postgres --shared -n provider-ns', out: /name: postgres$/m },
  {
    line: 'init db --from service/postgres --url https://site.example.com',
    code: 2,
    err: /^error: --from and --url are two offerings/,
  },
  { line: 'init db --from service/none -n provider-ns', code: 1, err: /^error: .*none/ },
  { line: 'lint FOLDER/entry.json', err: /^1 ConfigMap of 1 file: nothing to say\n$/ },
  {
    line: 'lint docs/examples/bad-object.yaml',
    code: 1,
    out: /: error MES053 /,
    err: /^error: 1 ConfigMap of 1 file: 2 errors, 1 warning\n$/,
  },
  {
    line: 'lint - --fail-on=warning',
    code: 1,
    input: JSON.stringify(
      entryOf('provider-ns', {
        offering: 'a',
        uuid: 'a',
        whitelist: ['a', 'a'],
        provisionnonclusterurl: { url: 'https://a' },
      }),
    ),
    out: /warning MES036/,
  },
  { line: 'lint -o json FOLDER/entry.json', out: /^[{[]/ },
  { line: 'lint -o junit FOLDER/entry.json', out: /^<\?xml / },
  { line: 'lint -o sarif FOLDER/entry.json', out: /"version": ?"2\.1\.0"/ },
  { line: 'lint -o github docs/examples/bad-object.yaml', code: 1, out: /^::error file=/ },
  { line: 'lint --explain MES060', out: /^MES060 \(warning\): / },
  { line: 'lint FOLDER/none.yaml', code: 2, err: /^error: .*none\.yaml/ },
  { line: 'plan -f FOLDER/entry.json', out: /^new +e2e-queue:1 +provider-ns\//m },
  { line: 'plan --filename FOLDER/entry.json --prune -o json', out: /"namespace": ?"provider-ns"/ },
  { line: 'plan -f FOLDER/entry.json -n client-ns', code: 2, err: /^error: .*provider-ns/ },
  { line: 'doctor', code: 1, out: /^problem +webhook /m, err: /^error: \d problems?\n$/ },
  { line: 'doctor -o json', code: 1, out: JSON_OBJECT },
  { line: 'explain', out: /^MES001\b/m },
  { line: 'explain no-such-rule', code: 2, err: /^error: / },
  { line: 'version', out: /^kubectl-mesitis \d/ },
  { line: 'completion', out: /^#!\/bin\/sh\n/ },
  { line: 'completion --install --dir FOLDER', out: /^completion is set up: .*kubectl_complete-mesitis\n$/ },

  {
    line: 'status --context sandbox --cluster sandbox --user sandbox-admin --no-headers',
    out: /^instance +orders /,
  },
  { line: 'status --context nowhere', code: 3, err: /^error: no usable cluster: .*nowhere/ },
  { line: 'status --cluster nowhere', code: 3, err: /^error: no usable cluster: .*nowhere/ },
  { line: 'status --user nobody', code: 3, err: /^error: no usable cluster: .*nobody/ },
  { line: 'status --kubeconfig FOLDER/none', code: 3, err: /^error: no usable cluster: .*none/ },
  {
    line: 'status --kubeconfig /dev/null -s SERVER --token any -n other-ns --no-headers',
    out: /^instance +jobs /,
  },
  {
    line: 'status --server https://127.0.0.1:1 --insecure-skip-tls-verify',
    code: 3,
    err: /^error: the cluster cannot be reached: .*ECONNREFUSED/,
  },
  {
    line: 'status --certificate-authority FOLDER/none.pem',
    code: 3,
    err: /^error: the cluster cannot be reached: The certificate of its authority .*none\.pem/,
  },
  { line: 'status --as ann --as-group team --as-uid 7 --no-headers', out: /^instance +orders / },
  { line: 'status --as-group team', code: 2, err: /^error: .*--as/ },
  { line: 'status --request-timeout 1m --no-headers', out: /^instance +orders / },
  { line: 'status --request-timeout never', code: 2, err: /^error: --request-timeout 'never'/ },
  { line: 'status --color always --no-headers', out: /\[\d+mReady/ },
  { line: 'status --color=sometimes', code: 2, err: /^error: .*--color/ },
];

describe('kubectl mesitis against the sandbox', () => {
  let stage: PluginStage;

  beforeAll(async () => {
    stage = await startPluginStage();
    await writeFile(join(stage.folder, 'role.yaml'), 'role: reader\n');
    const entry = entryOf('provider-ns', {
      offering: 'queue',
      uuid: 'q',
      provisionnonclusterurl: { url: 'https://q' },
    });
    await writeFile(join(stage.folder, 'entry.json'), JSON.stringify(entry));
    stage.kube.seed(
      entryOf('provider-ns', {
        offering: 'old',
        uuid: 'o',
        whitelist: ['client-*', 'other-*'],
        provisionnonclusterurl: { url: 'https://o' },
      }),
    );
  });

  afterAll(() => stage.close());

  test.each(TYPED)('$line', async ({ line, code = 0, out = /^/, err = /^/, input = '' }) => {
    const words = line
      .split(' ')
      .map((word) => word.replace('FOLDER', stage.folder).replace('SERVER', stage.sandbox.url));
    const bundle = join(repositoryRoot(), 'kubectl-plugin', 'bin', 'kubectl-mesitis');
    const env = { KUBECONFIG: stage.kubeconfig, NO_COLOR: '1' };
    const result = await runTool(process.execPath, [bundle, ...words], { env, input, cwd: repositoryRoot() });
    expect(result).toEqual({ code, stdout: expect.stringMatching(out), stderr: expect.stringMatching(err) });
  });

  test('is typed above with every flag of every command, and with those of all commands somewhere', async () => {
    const own = new Set<string>();
    const shared = new Set<string>();
    const typed = new Set<string>();
    for (const [command, load] of Object.entries(COMMANDS)) {
      const { flags = {} } = (await load()) as { flags?: Record<string, Flag> };
      for (const [name, { helpGroup }] of Object.entries<Flag>({
        ...flags,
        color: { helpGroup: 'global' },
      })) {
        if (helpGroup === undefined) own.add(`${command} --${name}`);
        else shared.add(`--${name}`);
      }
      for (const { line } of TYPED.filter(({ line }) => line.split(' ', 1)[0] === command)) {
        typed.add(command);
        for (const name of flagsIn(line, flags)) typed.add(`${command} --${name}`).add(`--${name}`);
      }
    }
    const all = [...Object.keys(COMMANDS), ...own, ...shared];
    expect(all.filter((each) => !typed.has(each))).toEqual(TYPED_ELSEWHERE);
  });
});

/** What oclif knows about a flag; those of the cluster and of all commands have a group in the help. */
interface Flag {
  char?: string;
  helpGroup?: string;
}

/** The names of the flags in a command line; what stands behind `--` is somebody else's. */
function flagsIn(line: string, flags: Readonly<Record<string, Flag>>): string[] {
  const [own = ''] = line.split(' -- ', 1);
  return own.split(' ').flatMap((word) => {
    const { long = '', char } = /^(?:--(?<long>[a-z-]+)|-(?<char>[A-Za-z]))(?:=|$)/.exec(word)?.groups ?? {};
    if (char !== undefined) return Object.keys(flags).filter((name) => flags[name]?.char === char);
    return long in flags ? [long] : long === '' ? [] : [long.replace(/^no-/, '')];
  });
}
