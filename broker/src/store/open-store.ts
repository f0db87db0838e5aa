import type { Kube } from '@mesitis/kube';
import type { InstanceStore } from './instance-store.js';
import { KubernetesInstanceStore } from './kubernetes-instance-store.js';
import { MemoryInstanceStore } from './memory-instance-store.js';
import { RecordCipher } from './record-cipher.js';
import type { OnUnreadable } from './record-codec.js';
import type { ResealOutcome } from './reseal.js';

/** Which store, and what it needs (docs/storage.md). */
export type StoreConfig =
  | { kind: 'memory' }
  | {
      kind: 'redis';
      /** With the password: not to be logged. */
      url: string;
      prefix: string;
      /** PEM of the authorities for `rediss://`. */
      ca?: string;
      /** As {@link RecordCipher} takes them; none: plain records, and the store does not keep secrets. */
      encryptionKeys?: readonly string[];
    }
  | {
      kind: 'kubernetes';
      kube: Pick<Kube, 'get' | 'pages' | 'create' | 'update' | 'remove'>;
      /** The broker's own namespace. */
      namespace: string;
      /** The broker's name, a DNS label. */
      name: string;
      encryptionKeys?: readonly string[];
    };

/** Who is told what a store has to say besides its answers. */
export interface StoreReports {
  onUnreadable: OnUnreadable;
  /** The store is set up so that it may lose records. */
  onWarning: (problem: string) => void;
}

/** A store as `main.ts` uses it. */
export interface OpenStore extends InstanceStore {
  /**
   * Writes all records anew that are not under the first encryption key; to be called once after each start, in the
   * background. Does nothing unless there are several keys.
   */
  reseal(): Promise<ResealOutcome>;
}

/**
 * Makes the store. It need not be reachable yet.
 * @throws Error when something in the configuration is malformed; the message quotes no secret
 */
export async function openStore(config: StoreConfig, reports: StoreReports): Promise<OpenStore> {
  if (config.kind === 'memory') return new UnsealedMemory();
  const { encryptionKeys, ...rest } = config;
  const cipher = new RecordCipher(encryptionKeys);
  if (rest.kind === 'kubernetes') return new KubernetesInstanceStore({ ...rest, cipher, ...reports });
  // The client is loaded only where it is used: that saves a tenth of a second and some memory everywhere else.
  const { RedisInstanceStore } = await import('./redis-instance-store.js');
  return new RedisInstanceStore({ ...rest, cipher, ...reports });
}

class UnsealedMemory extends MemoryInstanceStore implements OpenStore {
  reseal(): Promise<ResealOutcome> {
    return Promise.resolve({ rewritten: 0, left: 0 });
  }
}
