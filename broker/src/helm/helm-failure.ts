import type { BrokerErrorCode } from '../errors.js';
import { BrokerError } from '../errors.js';
import type { HelmRelease } from '../provision/provisioner.js';
import type { HelmResult } from './helm-runner.js';
import { redact } from './redact.js';

/** One thing that helm says, what it means for the platform, and who can mend it. The first that matches counts. */
interface Reading {
  pattern: RegExp;
  code: BrokerErrorCode;
  remedy?: string;
}

const CORRECT_VALUES = 'ask the provider to correct the values of the offering or the chart';
const CORRECT_CHART = 'ask the provider to correct the chart of the offering';

const READINGS: readonly Reading[] = [
  { pattern: /kubernetes cluster unreachable|connect to the server/i, code: 'ClusterUnavailable' },
  { pattern: /resource \S+ still exists/, code: 'DeprovisionIncomplete', remedy: 'ask again' },
  { pattern: /resource \S+ not ready|timed out waiting for the condition/, code: 'NotReady' },
  {
    pattern: /\bis forbidden\b/,
    code: 'ClusterRefused',
    remedy: 'ask the provider to give the broker that right, or to correct the offering',
  },
  {
    pattern: /namespaces "[^"]*" not found/,
    code: 'ClusterRefused',
    remedy: 'ask the provider to create the namespace, or to correct provisiondata.namespace',
  },
  {
    pattern: /cannot be imported into the current release|already exists|cannot re-?use a name/,
    code: 'ObjectConflict',
    remedy: 'it is left alone: ask the provider to name the objects of the chart by its release',
  },
  {
    pattern: /connection refused|no such host|timeout|deadline exceeded|TLS|tls:|x509|EOF|\b(429|50\d) /,
    code: 'ReleaseFailed',
  },
  {
    pattern: /values don't meet the specifications|execution error at/,
    code: 'OfferingMisconfigured',
    remedy: CORRECT_VALUES,
  },
  {
    pattern:
      /not found in \S+ repository|not a valid chart repository|failed to fetch|FetchReference|\b40[134]\b/,
    code: 'OfferingMisconfigured',
    remedy: CORRECT_CHART,
  },
  {
    pattern: /Chart\.ya?ml|chart dependencies|gzip|parse error|^path "|error calling|template:/i,
    code: 'OfferingMisconfigured',
    remedy: CORRECT_CHART,
  },
  {
    pattern: /unable to build kubernetes objects|\bis invalid: |cannot be handled as|kubeVersion|typed patch/,
    code: 'OfferingMisconfigured',
    remedy: CORRECT_VALUES,
  },
];

const LONGEST = 500;

/**
 * What a helm that failed means for the platform. What a repetition can't mend is 400; a source of charts that can't be
 * reached, and whatever nobody has foreseen, is 500.
 * @param doing what was attempted, as the subject of the sentence: "installing the Helm release api-ns/db-1"
 */
export function helmFailure(
  result: Pick<HelmResult, 'code' | 'signal' | 'stderr'>,
  doing: string,
  release: HelmRelease,
): BrokerError {
  if (result.signal !== undefined) {
    const memory = result.signal === 'SIGKILL' ? ', perhaps for lack of memory' : '';
    return new BrokerError('ReleaseFailed', `${doing} failed: helm was ended by ${result.signal}${memory}`);
  }
  const said = messageOf(result.stderr);
  const { code, remedy } = READINGS.find(({ pattern }) => pattern.test(said)) ?? { code: 'ReleaseFailed' };
  const { name, namespace, chart, version = '', values } = release;
  const message = redact(readable(said), values, [name, namespace, chart, version]);
  const sentence = message === '' ? `helm ended with code ${result.code ?? 'none'}` : shortened(message);
  const { waitSeconds } = release;
  const limit =
    code === 'NotReady' && waitSeconds !== undefined ? `not ready within ${waitSeconds} s` : undefined;
  return new BrokerError(code, `${doing} failed: ${[sentence, limit ?? remedy].filter(Boolean).join('; ')}`);
}

/** Whether helm failed because there is no such release. */
export function saysNotFound({ stderr }: Pick<HelmResult, 'stderr'>): boolean {
  return /\brelease: not found\b/.test(messageOf(stderr));
}

/** The reason of "failed to delete release", which helm tells only in its debug output. */
const NOT_DELETED = /^level=DEBUG msg="uninstall: Failed to delete release" error="(.*)"$/;

/** What stands behind `Error:`, without the name of the command. Lines that go on from there belong to it. */
function messageOf(stderr: readonly string[]): string {
  const [, reason] = stderr.map((line) => NOT_DELETED.exec(line)).find((match) => match !== null) ?? [];
  if (reason !== undefined) return reason.replaceAll('\\"', '"');
  const start = stderr.findIndex((line) => line.startsWith('Error: '));
  return (start === -1 ? stderr.slice(-1) : stderr.slice(start))
    .map((line) => line.trim())
    .join('\n')
    .replace(/^Error: (?:[A-Z]+ FAILED: )?/, '');
}

/** In one line, an object as it is named elsewhere, and without what says nothing. */
function readable(message: string): string {
  return message
    .replaceAll(/ status: (\w+), message:$/gm, ' status: $1, message: $1')
    .replaceAll(
      /resource (\w+)\/(?:\/|([^\s/]+\/))(\S+) (?:not ready|still exists)\. status: \w+, message: /g,
      '$1 $2$3: ',
    )
    .split('\n')
    .filter((line) => line !== '' && line !== 'context deadline exceeded')
    .join('; ')
    .replaceAll(':; ', ': ')
    .replace(/[.;:\s]+$/, '');
}

function shortened(message: string): string {
  return message.length <= LONGEST ? message : `${message.slice(0, LONGEST - 1)}…`;
}
