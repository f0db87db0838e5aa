import { findCondition } from '../model/conditions.js';
import { isDeleting } from '../model/objects.js';
import type { KubeObject } from '@mesitis/kube';
import type { ServiceBinding } from '../model/objects.js';
import { deliveredSecretName, isOwnSecret } from './credentials-secret.js';

/** What a read of a binding's Secret found; `version` is its `resourceVersion`. */
export type FoundSecret =
  | { is: 'intact' | 'changed'; version: string }
  | { is: 'missing' }
  /** Somebody else's; `message` says whose. */
  | { is: 'foreign'; message: string };

/** What is known of the Secret that a ready binding has. */
export interface SecretView {
  /** As a watch told it last, without its content; undefined when it told of none. */
  outline: KubeObject | undefined;
  /** The version that was written or read last here, unless something was told of the Secret since. */
  trusted: string | undefined;
  /** Absent until the Secret was read. */
  found?: FoundSecret;
}

/** What a ready binding's Secret asks for. */
export type Drift =
  | { type: 'none' }
  /** It has to be read to be sure. */
  | { type: 'unsure' }
  /** It is taken as it is, because nothing is known of what was written; `version` is to be recorded. */
  | { type: 'unrecorded'; version: string }
  /** It has to be written anew, not before that moment, in milliseconds since the epoch. */
  | { type: 'drifted'; found: Exclude<FoundSecret, { is: 'intact' }>; notBefore: number };

/** Two who write the same Secret in turn must not keep a broker busy. */
const LEAST_INTERVAL_MS = 5_000;

/**
 * Compares a ready binding's Secret with what was delivered. A version that is known needs no look, so neither a restart
 * nor our own writes lead to one.
 */
export function driftOf(binding: ServiceBinding, { outline, trusted, found }: SecretView): Drift {
  const recorded = binding.status?.secretResourceVersion;
  if (found === undefined) return byOutline(binding, outline, trusted);
  if (found.is === 'intact') {
    return recorded === undefined ? { type: 'unrecorded', version: found.version } : { type: 'none' };
  }
  if (found.is === 'changed') {
    // What Service Catalog wrote has no checksum.
    if (recorded === undefined) return { type: 'unrecorded', version: found.version };
    if (recorded === found.version) return { type: 'none' };
  }
  const since = Date.parse(findCondition(binding.status, 'Ready')?.lastTransitionTime ?? '');
  return { type: 'drifted', found, notBefore: Number.isNaN(since) ? 0 : since + LEAST_INTERVAL_MS };
}

function byOutline(
  binding: ServiceBinding,
  outline: KubeObject | undefined,
  trusted: string | undefined,
): Drift {
  const recorded = binding.status?.secretResourceVersion;
  if (outline === undefined || !isOwnSecret(outline, binding) || isDeleting(outline)) {
    // A watch that has not told of our write yet is no deletion: that would have ended the trust.
    return outline === undefined && trusted !== undefined ? { type: 'none' } : { type: 'unsure' };
  }
  const version = outline.metadata.resourceVersion ?? '';
  if (recorded === undefined) return { type: 'unrecorded', version };
  const isBehind = trusted !== undefined && Number(version) <= Number(trusted);
  return version === recorded || isBehind ? { type: 'none' } : { type: 'unsure' };
}

/** The condition of a binding whose Secret is not what was delivered. */
export function driftWords(
  binding: ServiceBinding,
  found: Extract<Drift, { type: 'drifted' }>['found'],
): { reason: string; message: string } {
  const name = `${binding.metadata.namespace}/${deliveredSecretName(binding)}`;
  if (found.is === 'foreign') {
    return { reason: 'ErrorInjectingBindResult', message: `Error injecting bind result: ${found.message}` };
  }
  return found.is === 'missing'
    ? { reason: 'SecretMissing', message: `The Secret "${name}" was deleted; it is being put back` }
    : {
        reason: 'SecretChanged',
        message: `The Secret "${name}" was changed by somebody else; it is being put back`,
      };
}

/** Remembers which version of each binding's Secret is in order, for as long as nothing is told of the Secret. */
export class TrustedVersions {
  readonly #entries = new Map<string, { version?: string }>();

  /**
   * To be called before the Secret is read or written; the result takes the version afterwards, and does nothing when
   * something was told of the Secret in between.
   */
  expect(uid: string): (version: string) => void {
    const entry: { version?: string } = {};
    this.#entries.set(uid, entry);
    return (version) => {
      if (this.#entries.get(uid) === entry) entry.version = version;
    };
  }

  /** The version that is in order. */
  get(uid: string): string | undefined {
    return this.#entries.get(uid)?.version;
  }

  /** Something was told of the Secret, or the binding is gone. */
  forget(uid: string | undefined): void {
    this.#entries.delete(uid ?? '');
  }
}
