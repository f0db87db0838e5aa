import { access, constants } from 'node:fs/promises';
import type { HelmOptions } from './helm.js';
import { Helm } from './helm.js';
import type { HelmRunnerOptions } from './helm-runner.js';
import { helmRunner } from './helm-runner.js';

/** How the broker uses helm. */
export type StartHelmOptions = Omit<HelmRunnerOptions, 'setpriv'> & Omit<HelmOptions, 'run'>;

/** A helm that can be used, or why there is none: for the log, and for the entries that need it. */
export type StartedHelm = { ok: true; helm: Helm; version: string } | { ok: false; reason: string };

/** The version of Helm whose flags and behaviour this part knows. */
const MAJOR = 4;
const LIMIT_MS = 30_000;
const SETPRIV = '/usr/bin/setpriv';

/** Looks whether the binary is one to work with. */
export async function startHelm(options: StartHelmOptions): Promise<StartedHelm> {
  const run = helmRunner({ ...options, ...((await isExecutable(SETPRIV)) ? { setpriv: SETPRIV } : {}) });
  const absent = {
    ok: false,
    reason: `helm can not be run; install Helm ${MAJOR} and say in HELM where it is`,
  } as const;
  try {
    const { code, stdout } = await run({
      args: ['version', '--template={{.Version}}'],
      readOutput: true,
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    if (code !== 0) return absent;
    const version = stdout.trim();
    if (new RegExp(`^v?${MAJOR}\\.`).test(version))
      return { ok: true, helm: new Helm({ ...options, run }), version };
    return { ok: false, reason: `helm is ${version.slice(0, 40)}, and Helm ${MAJOR} is needed` };
  } catch {
    return absent;
  }
}

/** Linux only; it makes the kernel end helm together with this process, even when that is killed outside a container. */
async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
