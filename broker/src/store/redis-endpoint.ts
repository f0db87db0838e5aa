/** Where a Redis is and how to log in, read from its URL. */
export interface RedisEndpoint {
  host: string;
  port: number;
  /** Over TLS. */
  tls: boolean;
  username?: string;
  password?: string;
  database: number;
}

const RULE =
  'must be redis://[user[:password]@]host[:port][/database], or rediss:// for TLS; ' +
  'percent-encode what is special in user and password';

/**
 * Reads a URL by the IANA registrations of `redis` and `rediss`.
 * @throws Error that says what a URL must be, and quotes nothing: there is a password in it
 */
export function parseRedisUrl(url: string): RedisEndpoint {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !isWellFormed(parsed)) throw new Error(RULE);
  const [username, password] = [decoded(parsed.username), decoded(parsed.password)];
  return {
    // URL keeps the brackets of an IPv6 address, the resolver does not want them.
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port === '' ? 6379 : Number(parsed.port),
    tls: parsed.protocol === 'rediss:',
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
    database: Number(parsed.pathname.slice(1)),
  };
}

function isWellFormed({ protocol, hostname, pathname, search, hash }: URL): boolean {
  const isRedis = protocol === 'redis:' || protocol === 'rediss:';
  return isRedis && hostname !== '' && /^(\/\d{0,5})?$/.test(pathname) && search === '' && hash === '';
}

/** The endpoint as messages name it. */
export function displayEndpoint({ host, port, tls, database }: RedisEndpoint): string {
  return `${tls ? 'rediss' : 'redis'}://${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error(RULE);
  }
}
