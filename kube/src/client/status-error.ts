import { KubeError } from '../errors.js';
import type { KubeErrorKind } from '../errors.js';

/** What an HTTP answer says, body as text. */
export interface FailedAnswer {
  /** For the sentence: "GET https://host/path", without query. */
  request: string;
  status: number;
  body: string;
  /** The Retry-After header. */
  retryAfter?: string | undefined;
}

const BY_REASON: Readonly<Record<string, KubeErrorKind>> = {
  NotFound: 'not-found',
  AlreadyExists: 'already-exists',
  Conflict: 'conflict',
  Invalid: 'invalid',
  BadRequest: 'invalid',
  Forbidden: 'forbidden',
  Unauthorized: 'unauthorized',
  Expired: 'gone',
  Gone: 'gone',
  TooManyRequests: 'too-many-requests',
  Timeout: 'timeout',
  ServerTimeout: 'timeout',
  ServiceUnavailable: 'unavailable',
};

const BY_STATUS: Readonly<Record<number, KubeErrorKind>> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  408: 'timeout',
  409: 'conflict',
  410: 'gone',
  413: 'invalid',
  422: 'invalid',
  429: 'too-many-requests',
  502: 'unavailable',
  503: 'unavailable',
  504: 'timeout',
};

/** The error for an answer with a failure status (API conventions, "Response Status Kind"). */
export function errorFromAnswer({ request, status, body, retryAfter }: FailedAnswer): KubeError {
  const seconds = retryAfterSeconds(retryAfter);
  const details = { status, ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }) };
  const parsed = parseStatus(body);
  if (parsed !== undefined) return errorFromStatus(parsed, details);
  // Not the API server's own words, so a proxy's page or worse: none of it is shown.
  return new KubeError(
    BY_STATUS[status] ?? 'unknown',
    `${request} was answered with status ${status} and no Kubernetes Status; ` +
      'the path may not exist, or a proxy may stand in front of the API server.',
    details,
  );
}

/** The error for a Status object: the body of a failed call, or the object of an ERROR event in a watch. */
export function errorFromStatus(
  status: StatusObject,
  details: { status?: number; retryAfterSeconds?: number } = {},
): KubeError {
  const { reason = '', code = details.status ?? 0 } = status;
  const seconds = details.retryAfterSeconds ?? status.details?.retryAfterSeconds;
  return new KubeError(kindOf(reason, code), messageOf(status, code), {
    ...(code === 0 ? {} : { status: code }),
    ...(reason === '' ? {} : { reason }),
    ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
    ...resumption(status),
  });
}

function kindOf(reason: string, code: number): KubeErrorKind {
  return (Object.hasOwn(BY_REASON, reason) ? BY_REASON[reason] : undefined) ?? BY_STATUS[code] ?? 'unknown';
}

function resumption({ metadata }: StatusObject): { continueToken?: string } {
  const token = metadata?.continue ?? '';
  return token === '' ? {} : { continueToken: token };
}

/** The parts of a Status that are read. */
export interface StatusObject {
  message?: string;
  reason?: string;
  code?: number;
  metadata?: { continue?: string };
  details?: { retryAfterSeconds?: number };
}

function messageOf({ message, reason }: StatusObject, code: number): string {
  if (message !== undefined && message !== '') return message;
  return `The API server answered with status ${code} (${reason ?? 'no reason given'}).`;
}

function parseStatus(body: string): StatusObject | undefined {
  try {
    const value = JSON.parse(body) as { kind?: unknown } | null;
    return typeof value === 'object' && value?.kind === 'Status' ? (value as StatusObject) : undefined;
  } catch {
    return undefined;
  }
}

function retryAfterSeconds(header: string | undefined): number | undefined {
  // The HTTP date form is not used by API servers.
  return header !== undefined && /^\d+$/.test(header) ? Number(header) : undefined;
}
