import * as Flags from '@oclif/core/flags';
import { OUTPUTS } from './lib/output.js';

/** The flags that say which cluster, as whom and in which namespace, with kubectl's names and meanings. */
export const clusterFlags = {
  namespace: Flags.string({
    char: 'n',
    summary: "the namespace; by default the kubeconfig context's",
    helpGroup: 'cluster',
  }),
  context: Flags.string({ summary: 'the kubeconfig context to use', helpGroup: 'cluster' }),
  cluster: Flags.string({ summary: 'the kubeconfig cluster to use', helpGroup: 'cluster' }),
  user: Flags.string({ summary: 'the kubeconfig user to use', helpGroup: 'cluster' }),
  kubeconfig: Flags.string({ summary: 'the kubeconfig file to use', helpGroup: 'cluster' }),
  as: Flags.string({
    summary: 'the user to impersonate; system:serviceaccount:NAMESPACE:NAME for a ServiceAccount',
    helpGroup: 'cluster',
    helpValue: 'USER',
  }),
  'as-group': Flags.string({
    summary: 'a group to impersonate; repeat it for more; needs --as',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'cluster',
    helpValue: 'GROUP',
  }),
  'as-uid': Flags.string({
    summary: 'the uid to impersonate; needs --as',
    helpGroup: 'cluster',
    helpValue: 'UID',
  }),
  server: Flags.string({
    char: 's',
    summary: "the address of the API server, instead of the cluster's",
    helpGroup: 'cluster',
    helpValue: 'URL',
  }),
  token: Flags.string({
    summary: "the bearer token to show, instead of the user's credentials",
    helpGroup: 'cluster',
  }),
  'certificate-authority': Flags.string({
    summary: "the file with the certificate of the server's authority",
    helpGroup: 'cluster',
    helpValue: 'FILE',
  }),
  'insecure-skip-tls-verify': Flags.boolean({
    summary: 'take whatever certificate the server shows',
    helpGroup: 'cluster',
  }),
  'request-timeout': Flags.string({
    summary: 'how long one request may take (15s, 1m); 0 for as long as it takes',
    helpGroup: 'cluster',
    helpValue: 'DURATION',
  }),
};

/** What {@link clusterFlags} parse to. */
export interface ClusterFlags {
  namespace?: string | undefined;
  context?: string | undefined;
  cluster?: string | undefined;
  user?: string | undefined;
  kubeconfig?: string | undefined;
  as?: string | undefined;
  'as-group'?: string[] | undefined;
  'as-uid'?: string | undefined;
  server?: string | undefined;
  token?: string | undefined;
  'certificate-authority'?: string | undefined;
  'insecure-skip-tls-verify'?: boolean | undefined;
  'request-timeout'?: string | undefined;
}

/** What every command takes. */
export const commonFlags = {
  color: Flags.option({
    summary: 'when to colour; always and never go before NO_COLOR and FORCE_COLOR',
    options: ['auto', 'always', 'never'] as const,
    default: 'auto' as const,
    helpGroup: 'global',
    noCacheDefault: true,
  })(),
};

/** `-o`, for commands that print API objects. */
export const outputFlag = {
  output: Flags.option({
    char: 'o',
    summary: 'the output format',
    options: OUTPUTS,
    default: 'table',
  })(),
};

/** kubectl's flags for lists. */
export const listFlags = {
  'all-namespaces': Flags.boolean({
    char: 'A',
    summary: 'of all namespaces, each named in the first column',
  }),
  selector: Flags.string({
    char: 'l',
    summary: 'only objects with these labels (a=b,c!=d)',
    helpValue: 'SELECTOR',
  }),
  'sort-by': Flags.string({
    summary: 'order by a field of the objects (.metadata.creationTimestamp)',
    helpValue: 'PATH',
  }),
  'no-headers': Flags.boolean({ summary: 'the table without its header' }),
};

/** What {@link listFlags} parse to. */
export interface ListFlags {
  'all-namespaces': boolean;
  selector?: string | undefined;
  'sort-by'?: string | undefined;
  'no-headers': boolean;
}

/** `-p` and `--params-json`, for commands that send parameters to a broker. */
export const parameterFlags = {
  parameter: Flags.string({
    char: 'p',
    summary: 'a parameter; repeat it for more; dots nest',
    multiple: true,
    // Otherwise oclif takes the words after it for more parameters.
    multipleNonGreedy: true,
    helpValue: 'KEY=VALUE',
  }),
  'params-json': Flags.string({ summary: 'parameters as a JSON object', helpValue: 'JSON' }),
  'params-file': Flags.string({
    summary: 'parameters from a JSON or YAML file; - for standard input',
    helpValue: 'FILE',
  }),
};

/** `--wait` and `--timeout`, for commands that change something. */
export const waitFlags = {
  wait: Flags.boolean({ summary: 'wait until it is done', default: true, allowNo: true }),
  timeout: Flags.string({ summary: 'how long to wait (30s, 5m, 1h)', default: '5m' }),
};

/** `--dry-run`, for commands that create something. */
export const dryRunFlag = {
  'dry-run': Flags.option({
    summary: 'ask for nothing: none of it sent (client), or sent, judged by the server and not kept (server)',
    options: ['none', 'client', 'server'] as const,
    default: 'none' as const,
  })(),
};

/** What {@link dryRunFlag} parses to. */
export type DryRun = 'none' | 'client' | 'server';
