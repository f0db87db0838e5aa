/** The plugin's exit codes, documented in docs/kubectl-mesitis.md. */
export const EXIT = {
  ok: 0,
  /** What was asked for is not so: not found, not ready in time, refused while in use. */
  notMet: 1,
  /** The command line is wrong, or what it names can't be read or does not fit a schema. */
  usage: 2,
  /** The API server (or the kubeconfig on the way to it) said no. */
  refused: 3,
  /** The command of `secret --exec` can't be started, as shells report it. Once it runs, its own exit code counts. */
  notStarted: 127,
  /** Ctrl-C: 128 + SIGINT, as shells report it. */
  interrupted: 130,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
