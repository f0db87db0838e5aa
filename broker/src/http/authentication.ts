import { createHash, timingSafeEqual } from 'node:crypto';

/** One pair of Basic credentials. The username holds no colon. */
export interface BasicCredentials {
  username: string;
  password: string;
}

/** What lets a platform in: any of these. */
export interface AcceptedCredentials {
  basic: readonly BasicCredentials[];
  /** Bearer tokens. */
  bearer: readonly string[];
}

/** Decides who is let in. */
export interface Authenticator {
  /** Whether a request with this Authorization header is let in. */
  accepts: (authorization: string | undefined) => boolean;
  /** The scheme names that may be tried now, `Basic` and `Bearer`. */
  schemes: () => readonly AuthenticationScheme[];
}

/** As they are written in an Authorization header. */
export type AuthenticationScheme = 'Basic' | 'Bearer';

/** Lets everybody in: for a broker that something else guards. */
export const letEverybodyIn: Authenticator = { accepts: () => true, schemes: () => [] };

/**
 * Basic (RFC 7617) and Bearer (RFC 6750) authentication against any of several credentials, so that old and new ones are
 * valid side by side while they are rotated. Digests of equal length are compared in constant time, so that neither the
 * length nor the content of a credential shows in how long it takes.
 *
 * @param current gives the credentials as of now; the same object as long as they do not change
 */
export function authenticator(current: () => AcceptedCredentials): Authenticator {
  let digested = digest(current());
  return {
    accepts(authorization) {
      const credentials = current();
      if (credentials !== digested.of) digested = digest(credentials);
      const basic = /^basic +(\S+) *$/i.exec(authorization ?? '')?.[1];
      if (basic !== undefined) return isAmong(digested.basic, Buffer.from(basic, 'base64'));
      const token = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
      return token !== undefined && isAmong(digested.bearer, token);
    },
    schemes() {
      const { basic, bearer } = current();
      return [
        ...(basic.length > 0 ? ['Basic' as const] : []),
        ...(bearer.length > 0 ? ['Bearer' as const] : []),
      ];
    },
  };
}

interface Digested {
  of: AcceptedCredentials;
  basic: readonly Buffer[];
  bearer: readonly Buffer[];
}

function digest(of: AcceptedCredentials): Digested {
  return {
    of,
    basic: of.basic.map(({ username, password }) => sha256(`${username}:${password}`)),
    bearer: of.bearer.map(sha256),
  };
}

function isAmong(accepted: readonly Buffer[], given: string | Buffer): boolean {
  const wanted = sha256(given);
  // No early exit: every credential is compared each time.
  return accepted.map((digest) => timingSafeEqual(digest, wanted)).includes(true);
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
