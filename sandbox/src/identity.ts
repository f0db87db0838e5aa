import type { IncomingHttpHeaders } from 'node:http';
import { asRecord, asString } from '@mesitis/kube/memory';

/** Who makes a request, as admission reviews name it (`authentication.k8s.io/v1` UserInfo). */
export interface UserInfo {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}

const ADMIN: UserInfo = { username: 'sandbox-admin', groups: ['system:masters', 'system:authenticated'] };
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/**
 * The user behind a request: who is impersonated, else the service account that a token was made for, else the
 * administrator. Every token is accepted: the sandbox has no secrets to keep.
 */
export function userOf(headers: IncomingHttpHeaders): UserInfo {
  const impersonated = headers['impersonate-user'];
  if (typeof impersonated === 'string') {
    const groups = [headers['impersonate-group'] ?? []].flat().flatMap((group) => group.split(', '));
    return { username: impersonated, groups: [...groups, 'system:authenticated'] };
  }
  return userOfToken(headers.authorization?.replace(/^Bearer /, '') ?? '');
}

/** The user that a token was made for. */
export function userOfToken(token: string): UserInfo {
  const subject = asString(claims(token)['sub']);
  const [, namespace] = SERVICE_ACCOUNT.exec(subject) ?? [];
  if (namespace === undefined) return ADMIN;
  return {
    username: subject,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}

/** A token for a service account: an unsigned JWT (RFC 7519, section 6). */
export function serviceAccountToken(
  { namespace, name }: { namespace: string; name: string },
  expires: Date,
  audiences: readonly string[],
): string {
  const subject = `system:serviceaccount:${namespace}:${name}`;
  const body = {
    iss: 'mesitis-sandbox',
    sub: subject,
    aud: audiences,
    exp: Math.floor(expires.getTime() / 1000),
  };
  return `${encode({ alg: 'none', typ: 'JWT' })}.${encode(body)}.`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function claims(token: string): Record<string, unknown> {
  try {
    return asRecord(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
  } catch {
    return {};
  }
}
