import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '@mesitis/kube';

/** One request as the engines see it: the path below `/v1/`, without slashes at its ends. */
export interface Call {
  method: string;
  path: string;
  namespace: string;
  token: string | undefined;
  body: JsonObject;
}

/** What is sent back; no body means 204's. */
export interface Reply {
  status: number;
  body?: JsonObject;
}

/** A token. Times in milliseconds since 1970. */
export interface Token {
  id: string;
  policies: string[];
  type: 'service' | 'batch';
  createdAt: number;
  /** Seconds; 0: no end. */
  ttl: number;
  expiresAt: number;
  /** The latest end that renewals reach. */
  endsAt: number;
  renewable: boolean;
}

/** What is granted with a dynamic secret. */
export interface Lease {
  id: string;
  namespace: string;
  tokenId: string;
  expiresAt: number;
  /** The latest end that renewals reach. */
  endsAt: number;
  /** Seconds. */
  ttl: number;
  renewable: boolean;
  /** Takes away what was made. */
  end: () => void;
}

/** A secrets engine or an auth method at its path. */
export interface Mount {
  type: string;
  version?: string;
  /** What the engine keeps, by path. */
  data: Map<string, unknown>;
}

/** What is in one namespace. */
export interface Space {
  mounts: Map<string, Mount>;
  auths: Map<string, Mount>;
  /** Path pattern -> capabilities, by the policy's name. */
  policies: Map<string, Map<string, string[]>>;
}

/** All that the server knows, and its clock. */
export class VaultState {
  readonly spaces = new Map<string, Space>([['', emptySpace()]]);
  readonly tokens = new Map<string, Token>();
  readonly leases = new Map<string, Lease>();
  readonly rootToken = newId('hvs');
  #ahead = 0;

  constructor() {
    this.tokens.set(this.rootToken, {
      id: this.rootToken,
      policies: ['root'],
      type: 'service',
      createdAt: this.now(),
      ttl: 0,
      expiresAt: Infinity,
      endsAt: Infinity,
      renewable: false,
    });
  }

  now(): number {
    return Date.now() + this.#ahead;
  }

  /** Lets so many seconds pass. */
  advance(seconds: number): void {
    this.#ahead += seconds * 1000;
    this.sweep();
  }

  /** Ends what is over: leases end with their time or with the token that they were issued to. */
  sweep(): void {
    for (const token of this.tokens.values()) if (token.expiresAt <= this.now()) this.endToken(token.id);
    for (const lease of this.leases.values()) if (lease.expiresAt <= this.now()) this.endLease(lease.id);
  }

  endToken(id: string): void {
    this.tokens.delete(id);
    for (const lease of this.leases.values()) if (lease.tokenId === id) this.endLease(lease.id);
  }

  endLease(id: string): void {
    this.leases.get(id)?.end();
    this.leases.delete(id);
  }

  space(name: string): Space | undefined {
    return this.spaces.get(name);
  }
}

/** A namespace as Vault makes it. */
export function emptySpace(): Space {
  return { mounts: new Map(), auths: new Map(), policies: new Map() };
}

/** An id that nobody guesses. */
export function newId(prefix: string): string {
  return `${prefix}.${randomUUID()}`;
}

/** The longest mount path that a path begins with, and what follows it. */
export function mountAt(
  mounts: ReadonlyMap<string, Mount>,
  path: string,
): { at: string; mount: Mount; below: string } | undefined {
  const found = [...mounts]
    .filter(([at]) => path === at || path.startsWith(`${at}/`))
    .toSorted(([a], [b]) => b.length - a.length)[0];
  return found === undefined
    ? undefined
    : { at: found[0], mount: found[1], below: path.slice(found[0].length + 1) };
}

/** Seconds out of a number or of text such as `90`, `30s`, `5m`, `1h`, `7d`; 0 when nothing is given. */
export function durationOf(value: Json | undefined): number {
  const [, amount, unit = 's'] = /^(\d+)([smhd]?)$/.exec(textOf(value)) ?? [];
  const factor = { s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? 1;
  return amount === undefined ? 0 : Number(amount) * factor;
}

/** A parameter as text; '' when it is none. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** A list of strings, given as one or as text with commas. */
export function listOf(value: Json | undefined): string[] {
  if (Array.isArray(value)) return value.map(textOf);
  return typeof value === 'string' && value !== '' ? value.split(',') : [];
}

/** The answer to a read. */
export function ok(data: JsonObject | null, more: JsonObject = {}): Reply {
  const empty = {
    lease_id: '',
    renewable: false,
    lease_duration: 0,
    wrap_info: null,
    warnings: null,
    auth: null,
  };
  return { status: 200, body: { request_id: randomUUID(), ...empty, data, ...more } };
}

/** An answer without a body. */
export const NOTHING: Reply = { status: 204 };

/** A failure as Vault tells it. */
export function failure(status: number, ...errors: string[]): Reply {
  return { status, body: { errors } };
}

/** What every refused token gets. */
export const DENIED = failure(403, '1 error occurred:\n\t* permission denied\n\n');
