import type { ConnectOptions } from '../context.js';
import type { ClusterFlags } from '../flags.js';
import { parseDuration } from './duration.js';
import { usageError } from './plugin-error.js';

/** The longest time that a timer takes; kubectl's `--request-timeout=0` is no limit at all. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

/** What the flags say about which cluster to use and as whom. Throws PluginError (usage) for what can't be meant. */
export function connectOptions(flags: ClusterFlags): ConnectOptions {
  const { kubeconfig, context, cluster, user, as, server, token } = flags;
  const groups = flags['as-group'] ?? [];
  if (as === undefined && groups.length > 0) {
    throw usageError('--as-group needs --as: groups are impersonated together with a user');
  }
  if (as === undefined && flags['as-uid'] !== undefined) {
    throw usageError('--as-uid needs --as: a uid is impersonated together with a user');
  }
  const insecure = flags['insecure-skip-tls-verify'] === true ? true : undefined;
  if (insecure && flags['certificate-authority'] !== undefined) {
    throw usageError('--certificate-authority is for verifying, which --insecure-skip-tls-verify leaves out');
  }
  return {
    kubeconfig,
    context,
    cluster,
    user,
    as,
    asGroups: groups.length === 0 ? undefined : groups,
    asUid: flags['as-uid'],
    server,
    token,
    certificateAuthority: flags['certificate-authority'],
    insecure,
    timeoutMs: requestTimeout(flags['request-timeout']),
  };
}

function requestTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^0[a-z]*$/.test(text)) return NO_TIMEOUT_MS;
  // kubectl takes a bare number for seconds.
  const timeoutMs = parseDuration(/^\d+$/.test(text) ? `${text}s` : text);
  if (timeoutMs === undefined)
    throw usageError(`--request-timeout '${text}' is not a duration: write 15s or 1m`);
  return Math.min(timeoutMs, NO_TIMEOUT_MS);
}
