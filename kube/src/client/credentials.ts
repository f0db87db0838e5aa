import type { Agent, OutgoingHttpHeaders } from 'node:http';

/** The TLS part of a connection, as node:https takes it. */
export interface TlsSettings {
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  servername?: string;
  rejectUnauthorized?: boolean;
}

/** How a request shows who it comes from. Holds secrets: never logged, never part of a message. */
export interface Credentials {
  tls: TlsSettings;
  /** `Authorization` and the `Impersonate-*` headers. */
  headers: OutgoingHttpHeaders;
  /** The agent that goes through the cluster's `proxy-url`; undefined when it has none. */
  proxyAgent?: Agent;
}

/** One source of credentials, read anew each time: files, an exec plugin, an OIDC provider. */
export type CredentialSource = () => Promise<Credentials>;

/**
 * Keeps credentials for half a minute, so that parallel calls share one run of an exec plugin and a rotated token file
 * is noticed within that time.
 */
export class CredentialStore {
  readonly #read: CredentialSource;
  readonly #now: () => number;
  #current: Promise<Credentials> | undefined;
  #readAt = 0;

  constructor(read: CredentialSource, now: () => number) {
    this.#read = read;
    this.#now = now;
  }

  /** The credentials to send; throws what the source throws, and asks it again on the next call. */
  async get(): Promise<Credentials> {
    if (this.#current === undefined || this.#now() - this.#readAt > KEEP_MS) return this.#refresh();
    return this.#current;
  }

  /** Other credentials than those that were just refused, or undefined when there are none. */
  async replace(refused: Credentials): Promise<Credentials | undefined> {
    const current = await this.get();
    const renewed = current === refused ? await this.#refresh() : current;
    return sameIdentity(refused, renewed) ? undefined : renewed;
  }

  #refresh(): Promise<Credentials> {
    const reading = this.#read();
    this.#current = reading;
    this.#readAt = this.#now();
    reading.catch(() => {
      if (this.#current === reading) this.#current = undefined;
    });
    return reading;
  }
}

const KEEP_MS = 30_000;

function sameIdentity(a: Credentials, b: Credentials): boolean {
  const identity = ({ headers, tls }: Credentials): string => JSON.stringify([headers, tls.cert, tls.key]);
  return identity(a) === identity(b);
}
