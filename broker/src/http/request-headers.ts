import { isJsonObject, member } from '../json.js';
import type { Requester } from '../store/instance-record.js';

/** The header names of OSB, in lower case. */
export const API_VERSION_HEADER = 'x-broker-api-version';
export const REQUEST_IDENTITY_HEADER = 'x-broker-api-request-identity';
export const ORIGINATING_IDENTITY_HEADER = 'x-broker-api-originating-identity';

/** The newest minor version that this broker speaks; assumed where the platform's is not known. */
export const NEWEST_MINOR = 17;

/**
 * The minor version of `X-Broker-API-Version: 2.minor`, or undefined when the header is missing, unreadable or of another
 * major version: all three are answered with 412 (osb.md 1.1 X2).
 */
export function apiMinor(header: string | undefined): number | undefined {
  const match = /^\s*2\.(\d{1,4})\s*$/.exec(header ?? '');
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/** The request identity to echo (osb.md 1.1 X3), if it is one that can stand in a header and a log. */
export function requestIdentity(header: string | undefined): string | undefined {
  return header !== undefined && /^[\x20-\x7e]{1,255}$/.test(header) ? header : undefined;
}

/**
 * Who is behind a request (osb.md 1.1 X4, 1.13). The header is optional and no reaction to a bad one is defined, so
 * whatever can't be read is nobody.
 */
export function requesterOf(header: string | undefined): Requester | undefined {
  const [, platform, encoded] = /^\s*(\S+)\s+(\S+)\s*$/.exec(header ?? '') ?? [];
  if (platform === undefined || encoded === undefined) return undefined;
  const value = parse(Buffer.from(encoded, 'base64').toString('utf8'));
  if (!isJsonObject(value)) return undefined;
  const user = member(value, 'username') ?? member(value, 'user_id');
  const uid = member(value, 'uid');
  return {
    platform,
    ...(typeof user === 'string' ? { user } : {}),
    ...(typeof uid === 'string' ? { uid } : {}),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
