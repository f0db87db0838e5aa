import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Entropy, KeyPair } from './certificates.js';

const generate = promisify(generateKeyPair);

/** Keys and numbers from the system, made off the main thread. */
export const systemEntropy: Entropy = {
  bytes: (size) => randomBytes(size),
  keyPair: (): Promise<KeyPair> =>
    generate('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    }),
  leafKeyPair: (): Promise<KeyPair> =>
    generate('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    }),
};
