import { createHash } from 'node:crypto';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const LETTERS_AND_DIGITS = `${LETTERS}0123456789`;
const LENGTH = 10;

/**
 * `instance.shortId`: ten lower-case letters and digits, a letter first, so that it is a name of its own or a part of
 * one wherever Kubernetes asks for a DNS label. Made from the SHA-256 of the OSB instance id, so it never changes, and
 * two of 100,000 instances have the same one with a probability of about one in 500,000.
 */
export function shortId(instanceId: string): string {
  let rest = BigInt(`0x${createHash('sha256').update(instanceId).digest('hex')}`);
  let text = '';
  while (text.length < LENGTH) {
    const alphabet = text === '' ? LETTERS : LETTERS_AND_DIGITS;
    const base = BigInt(alphabet.length);
    text += alphabet.charAt(Number(rest % base));
    rest /= base;
  }
  return text;
}
