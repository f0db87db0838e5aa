import type { JsonObject } from '@mesitis/kube';
import {
  REVIEW_API_VERSION,
  type AdmissionRequest,
  type AdmissionResponse,
  type AdmissionReviewAnswer,
  type AdmissionStatus,
  type Decision,
  type Judge,
  type UserInfo,
} from './admission.js';
import { isObject } from './json.js';

/** Longest uid that is copied; the API server's have 36 characters. */
const MAX_UID_LENGTH = 256;

/**
 * What becomes of a request body. `undecodable` is the one case that HTTP has to report (400), because there is no uid
 * to answer to; everything else is an AdmissionReview. `error` is what a check threw, for the log alone.
 */
export type Outcome =
  | { kind: 'undecodable'; message: string }
  | { kind: 'malformed'; answer: AdmissionReviewAnswer }
  | { kind: 'decided'; answer: AdmissionReviewAnswer; request: AdmissionRequest; rules: string[] }
  | { kind: 'failed'; answer: AdmissionReviewAnswer; request: AdmissionRequest; error: unknown };

/**
 * Turns a parsed request body into the answer. Whatever `judge` throws becomes a refusal with the request's uid, and so
 * does a judge that is not finished when `deadline` fires: with no answer the API server would report an unreachable
 * webhook, which says nothing to anyone. Never rejects.
 */
export async function review(body: unknown, judge: Judge, deadline: AbortSignal): Promise<Outcome> {
  if (!isObject(body)) return undecodable('the body must be a JSON object');
  if (body['apiVersion'] !== REVIEW_API_VERSION || body['kind'] !== 'AdmissionReview') {
    return undecodable(`apiVersion and kind must be ${REVIEW_API_VERSION} and AdmissionReview`);
  }
  const { request } = body;
  if (!isObject(request)) return undecodable('request must be an object');
  const { uid } = request;
  if (typeof uid !== 'string' || uid === '' || uid.length > MAX_UID_LENGTH) {
    return undecodable(`request.uid must be a string of 1 to ${MAX_UID_LENGTH} characters`);
  }
  const decoded = decode(uid, request);
  if (typeof decoded === 'string') {
    return { kind: 'malformed', answer: failure(uid, 400, decoded) };
  }
  try {
    const decision = await orAborted(Promise.resolve(judge(decoded, deadline)), deadline);
    return { kind: 'decided', request: decoded, rules: decision.rules, answer: answer(decoded, decision) };
  } catch (error) {
    const message = deadline.aborted
      ? 'Mesitis could not judge this object in time; try again'
      : `Mesitis failed to judge this object; its log has the cause under uid ${uid}`;
    return { kind: 'failed', request: decoded, error, answer: failure(uid, 500, message) };
  }
}

/** What the promise gives, unless the signal fires first: then the signal's reason is thrown. */
async function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function undecodable(message: string): Outcome {
  return { kind: 'undecodable', message: `not an AdmissionReview: ${message}` };
}

/** The request, or a sentence that says what is wrong with it. */
function decode(uid: string, request: JsonObject): AdmissionRequest | string {
  const { operation, kind, object, oldObject } = request;
  const userInfo = decodeUser(request['userInfo']);
  if (typeof operation !== 'string') return 'request.operation must be a string';
  if (!isObject(kind)) return 'request.kind must be an object';
  const { group, version, kind: name } = kind;
  if (typeof group !== 'string' || typeof version !== 'string' || typeof name !== 'string') {
    return 'request.kind must hold the strings group, version and kind';
  }
  return {
    uid,
    operation,
    kind: { group, version, kind: name },
    ...text('subResource', request['subResource']),
    ...text('namespace', request['namespace']),
    ...text('name', request['name']),
    ...(request['dryRun'] === true ? { dryRun: true } : {}),
    ...(userInfo === undefined ? {} : { userInfo }),
    ...(object === undefined ? {} : { object }),
    ...(oldObject === undefined ? {} : { oldObject }),
  };
}

/** Undefined without a name: nobody is never taken for somebody. What is not of its type is left out. */
function decodeUser(value: unknown): UserInfo | undefined {
  if (!isObject(value) || typeof value['username'] !== 'string' || value['username'] === '') return undefined;
  const { username, groups, extra } = value;
  return {
    username,
    ...text('uid', value['uid']),
    ...(isTexts(groups) ? { groups } : {}),
    ...(isObject(extra)
      ? {
          extra: Object.fromEntries(
            Object.entries(extra).filter((pair): pair is [string, string[]] => isTexts(pair[1])),
          ),
        }
      : {}),
  };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function text<Key extends string>(key: Key, value: unknown): Partial<Record<Key, string>> {
  return typeof value === 'string' ? ({ [key]: value } as Record<Key, string>) : {};
}

function answer(request: AdmissionRequest, decision: Decision): AdmissionReviewAnswer {
  const warnings = decision.warnings.length === 0 ? {} : { warnings: decision.warnings.map(oneLine) };
  if (decision.allowed) {
    return wrap({ uid: request.uid, allowed: true, ...warnings, ...encodedPatch(decision.patch) });
  }
  const { code, message } = decision;
  return wrap({ ...failure(request.uid, code, message).response, ...warnings });
}

function encodedPatch(patch: readonly JsonObject[] = []): Pick<AdmissionResponse, 'patchType' | 'patch'> {
  if (patch.length === 0) return {};
  return { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') };
}

/** The reasons of meta/v1 Status that go with the codes. */
const REASONS = {
  400: 'BadRequest',
  403: 'Forbidden',
  422: 'Invalid',
  500: 'InternalError',
} as const satisfies Record<number, AdmissionStatus['reason']>;

function failure(uid: string, code: keyof typeof REASONS, message: string): AdmissionReviewAnswer {
  return wrap({ uid, allowed: false, status: { status: 'Failure', code, reason: REASONS[code], message } });
}

function wrap(response: AdmissionResponse): AdmissionReviewAnswer {
  return { apiVersion: REVIEW_API_VERSION, kind: 'AdmissionReview', response };
}

/** A warning travels in an HTTP header, where the API server drops the whole of it for one control character. */
function oneLine(warning: string): string {
  return warning.replaceAll(/\p{Cc}+/gu, ' ');
}
