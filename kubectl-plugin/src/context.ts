import type { Kube } from '@mesitis/kube';

/** One output stream, with what renderers need to know of it. */
export interface Screen {
  write(data: string | Uint8Array): void;
  /** Whether a person is looking at it. */
  readonly isTTY: boolean;
  /** Whether colour is wanted there (`NO_COLOR`, `FORCE_COLOR`, `TERM=dumb`, terminal or not). */
  readonly color: boolean;
  /** The terminal's width in characters; undefined when it is not a terminal, and nothing may be cut off. */
  readonly columns: number | undefined;
  /** Fires when nobody reads it any more (`| head`). */
  readonly closed?: AbortSignal;
}

/** Where a command writes and asks: data go to `out`, everything else to `err`. */
export interface Terminal {
  readonly out: Screen;
  readonly err: Screen;
  /** Asks a yes-or-no question. Left out when standard input is not a terminal: then nothing may be asked. */
  readonly confirm?: (question: string) => Promise<boolean>;
  /** Asks for a line of text; undefined when the input ends without one. Left out as `confirm` is. */
  readonly ask?: (question: string) => Promise<string | undefined>;
}

/** The part of the Kubernetes port that the plugin needs. */
export type PluginKube = Pick<Kube, 'get' | 'list' | 'watch' | 'create' | 'patch' | 'remove' | 'resourceOf'>;

/** A cluster, with the namespace of the chosen kubeconfig context. */
export interface Cluster extends PluginKube {
  readonly defaultNamespace: string;
  close(): void;
}

/** What a person said about which cluster to use; undefined means "as kubectl would". */
export interface ConnectOptions {
  kubeconfig?: string | undefined;
  context?: string | undefined;
  cluster?: string | undefined;
  user?: string | undefined;
  as?: string | undefined;
  asGroups?: string[] | undefined;
  asUid?: string | undefined;
  server?: string | undefined;
  token?: string | undefined;
  /** The path of a file. */
  certificateAuthority?: string | undefined;
  insecure?: boolean | undefined;
  /** How long one request may take. */
  timeoutMs?: number | undefined;
}

/** Everything that a command takes from the outside world. `main.ts` makes the real one, tests make theirs. */
export interface PluginContext {
  readonly terminal: Terminal;
  /** Loads the kubeconfig; rejects when it is missing or wrong. Sends nothing yet. */
  connect(options: ConnectOptions): Promise<Cluster>;
  /** The parsed kubeconfig files; those that can't be read are left out. `named` is the value of `--kubeconfig`. */
  readKubeconfigs(named?: string): Promise<unknown[]>;
  /** The folder of the PATH in which kubectl finds this plugin; undefined when it is in none. */
  pluginFolder(): Promise<string | undefined>;
  /** All of standard input, as text. */
  readInput(): Promise<string>;
  /** Runs a command with these variables besides the environment; its exit code. Throws PluginError when it can't start. */
  runCommand(command: readonly string[], variables: Readonly<Record<string, string>>): Promise<number>;
  /** A new UUID. */
  newId(): string;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now(): number;
}
