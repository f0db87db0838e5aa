const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The largest multiple of the number of characters that a byte holds: bytes from here on would favour the first ones. */
const LIMIT = 256 - (256 % CHARACTERS.length);

/**
 * A password of letters and digits, each as likely as any other: 5.95 bits a character, so 32 of them are 190 bits.
 * @param randomBytes cryptographic randomness, as `crypto.randomBytes` gives it
 */
export function makePassword(length: number, randomBytes: (bytes: number) => Uint8Array): string {
  let password = '';
  while (password.length < length) {
    for (const byte of randomBytes(length - password.length)) {
      if (byte < LIMIT) password += CHARACTERS.charAt(byte % CHARACTERS.length);
    }
  }
  return password;
}
