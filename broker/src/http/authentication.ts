import { createHash, timingSafeEqual } from 'node:crypto';

/** One pair of Basic credentials. The username holds no colon. */
export interface BasicCredentials {
  username: string;
  password: string;
}

/** Decides on the value of an Authorization header. */
export type Authenticator = (authorization: string | undefined) => boolean;

/**
 * Basic authentication (RFC 7617) against any of several credentials. Digests of equal length are compared in constant
 * time, so that neither length nor content shows in how long it takes.
 */
export function basicAuthenticator(accepted: readonly BasicCredentials[]): Authenticator {
  const digests = accepted.map(({ username, password }) => digest(`${username}:${password}`));
  return (authorization) => {
    const encoded = /^basic +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (encoded === undefined) return false;
    const given = digest(Buffer.from(encoded, 'base64').toString('utf8'));
    // No early exit: every credential is compared each time.
    return digests.map((wanted) => timingSafeEqual(wanted, given)).includes(true);
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
