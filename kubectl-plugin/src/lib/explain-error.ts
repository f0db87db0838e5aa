import { isKubeError, type KubeError, type KubeErrorKind } from '@mesitis/kube';
import { EXIT, type ExitCode } from './exit-codes.js';
import { listAt, textAt } from './objects.js';
import { plainLine } from './plain-text.js';
import { PluginError, UsageError } from './plugin-error.js';

/** What to print for a failure, and the exit code. */
export interface Explanation {
  /** One sentence, without "error:" and a final full stop. */
  message: string;
  exitCode: ExitCode;
  /** Whether the command's help says how to do better. */
  seeHelp: boolean;
}

/**
 * Turns whatever was thrown into one sentence: what happened, the server's own reason, what to try next. Never a stack.
 */
export function explainError(error: unknown): Explanation {
  if (error instanceof PluginError) {
    return { message: error.message, exitCode: error.exitCode, seeHelp: error instanceof UsageError };
  }
  if (isKubeError(error)) {
    return { message: explainKubeError(error), exitCode: EXIT.refused, seeHelp: false };
  }
  if (error instanceof Error && error.name === 'KubeconfigError') return explainError(connectError(error));
  if (isParseError(error)) return { message: parseMessage(error), exitCode: EXIT.usage, seeHelp: true };
  return {
    message: `unexpected: ${firstLine(messageOf(error))}; this is a mistake of the plugin, please report it`,
    exitCode: EXIT.refused,
    seeHelp: false,
  };
}

/** The failure of loading a kubeconfig or its credentials. The port's own sentence says what to do about it. */
export function connectError(error: unknown): PluginError {
  return new PluginError(EXIT.refused, `no usable cluster: ${firstLine(messageOf(error))}`, { cause: error });
}

/** What happened, and what to try, by the kind of error; the server's own reason goes between them. */
const KUBE_ERRORS: Record<Exclude<KubeErrorKind, 'not-found'>, { what: string; remedy?: string }> = {
  unauthorized: {
    what: 'the cluster does not accept your credentials',
    remedy: 'log in again, or choose another context with --context',
  },
  forbidden: { what: 'the cluster refused', remedy: 'ask an administrator for this right' },
  'already-exists': { what: 'the cluster refused' },
  conflict: { what: 'the cluster refused', remedy: 'try again' },
  invalid: { what: 'the cluster refused' },
  'too-many-requests': { what: 'the cluster is busy', remedy: 'try again in a moment' },
  timeout: {
    what: 'the cluster did not answer in time',
    remedy: 'try again, and see whether kubectl get namespaces answers',
  },
  unavailable: {
    what: 'the cluster cannot be reached',
    remedy: 'see kubectl cluster-info, or choose another context with --context',
  },
  gone: { what: 'the cluster lost the thread', remedy: 'try again' },
  unknown: {
    what: 'the cluster answered in an unexpected way',
    remedy: 'see whether kubectl get namespaces answers',
  },
};

/** The sentence for a refusal of the API server, or for its absence. */
export function explainKubeError(error: KubeError): string {
  const reason = firstLine(error.message);
  if (error.kind === 'not-found') return explainNotFound(reason);
  const { what, remedy } = isVerdict(error) ? { what: 'the cluster refused' } : KUBE_ERRORS[error.kind];
  return remedy === undefined || saysWhatToDo(error) ? `${what}: ${reason}` : `${what}: ${reason}; ${remedy}`;
}

/** What the port says where no answer of the API server came: its own sentence, with what to do at the end. */
function saysWhatToDo({ reason, message }: KubeError): boolean {
  return reason === undefined && message.includes('; ');
}

/** Admission and quotas refuse with the same status as missing rights, which nobody could grant here. */
function isVerdict({ kind, message }: KubeError): boolean {
  return kind === 'forbidden' && /denied the request|exceeded quota/.test(message);
}

/** A missing object is never reported as an error by reads, so this is a missing kind, or the namespace of a create. */
function explainNotFound(reason: string): string {
  if (/^namespaces? "/.test(reason)) {
    return `the cluster refused: ${reason}; choose another namespace with -n, or have it created`;
  }
  return (
    "Mesitis's platform chart is not installed: the cluster does not serve servicecatalog.k8s.io/v1beta1; " +
    'ask an administrator to install the chart mesitis-platform'
  );
}

/** oclif's parse errors, recognised by shape because a bundle may hold several copies of a class. */
function isParseError(error: unknown): error is Error {
  return error instanceof Error && 'oclif' in error;
}

/** oclif's texts run over several lines: the first says what is wrong, the others are about oclif. */
function parseMessage(error: Error): string {
  const missing = missingArguments(error);
  if (missing.length > 0) return `missing argument${missing.length === 1 ? '' : 's'} ${missing.join(' ')}`;
  const lines = error.message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(See more help|The following errors? occurred)/.test(line));
  const text = lines.join(' ');
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** The names in oclif's RequiredArgsError, as the usage line writes them. */
function missingArguments(error: Error): string[] {
  if (!/^Missing \d+ required arg/.test(error.message)) return [];
  return listAt(error, 'args').map((arg) => (textAt(arg, 'name') ?? '').toUpperCase());
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  return plainLine(line).trim().replace(/\.$/, '');
}
