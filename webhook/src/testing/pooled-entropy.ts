import { systemEntropy } from '../tls/entropy.js';
import type { Entropy, KeyPair } from '../tls/certificates.js';

/**
 * Entropy for tests: real keys, but only `size` of RSA, given out in turn, since one takes a quarter of a second.
 * Serial numbers stay random.
 */
export async function pooledEntropy(size: number): Promise<Entropy> {
  const keys = await Promise.all(Array.from({ length: size }, () => systemEntropy.keyPair()));
  let next = 0;
  return {
    bytes: (length) => systemEntropy.bytes(length),
    leafKeyPair: () => systemEntropy.leafKeyPair(),
    keyPair: () => Promise.resolve(keys[next++ % size] as KeyPair),
  };
}
