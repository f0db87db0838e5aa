import { KubeError, isKubeError } from '@mesitis/kube';
import { InvalidObjectError } from '@mesitis/kube/memory';
import { AdmissionDenial } from './admission/denial.js';
import type { ResourceRoute } from './route.js';

/** An answer with a body that is sent as JSON (or as it is, when it is text). */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

/** 200 with this body. */
export function ok(body: unknown): Answer {
  return { status: 200, body };
}

/** The Status object for an error (API conventions, "Response Status Kind"). */
export function statusOf(error: unknown, route?: ResourceRoute): { code: number } & Record<string, unknown> {
  const known = isKubeError(error) ? error : INTERNAL_ERROR;
  const { message, status: code = 500, reason } = known;
  const details = detailsOf(known, route);
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
}

const INTERNAL_ERROR = new KubeError('unknown', 'Internal error occurred: the sandbox failed', {
  status: 500,
  reason: 'InternalError',
});

/** kubectl words its output by the details, so they are as sparing as those of real servers. */
function detailsOf(error: KubeError, route: ResourceRoute | undefined): Record<string, unknown> | undefined {
  if (error instanceof AdmissionDenial) return error.details;
  if (error instanceof InvalidObjectError) {
    const causes = error.problems.map(({ field, message }) => ({
      reason: 'FieldValueInvalid',
      message,
      field,
    }));
    return { ...error.object, causes };
  }
  const { retryAfterSeconds } = error;
  if (retryAfterSeconds !== undefined) return { retryAfterSeconds };
  const isAboutObject = isKubeError(error, 'not-found', 'already-exists', 'conflict', 'forbidden');
  if (!isAboutObject || route === undefined) return undefined;
  return { name: route.name, group: route.group, kind: route.resource };
}

/** The answer that an error stands for. */
export function failure(error: unknown, route?: ResourceRoute): Answer {
  const body = statusOf(error, route);
  const retryAfter = isKubeError(error) ? error.retryAfterSeconds : undefined;
  return {
    status: body.code,
    body,
    ...(retryAfter === undefined ? {} : { headers: { 'Retry-After': String(retryAfter) } }),
  };
}

/** What real servers say about paths that don't exist: no Status. */
export function noSuchPath(): Answer {
  return { status: 404, body: '404 page not found\n', headers: { 'Content-Type': 'text/plain' } };
}

/** 405. */
export function methodNotAllowed(): KubeError {
  return new KubeError('unknown', 'the server does not allow this method on the requested resource', {
    status: 405,
    reason: 'MethodNotAllowed',
  });
}
