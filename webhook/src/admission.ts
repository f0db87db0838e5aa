import type { Json, JsonObject } from '@mesitis/kube';

/** The one AdmissionReview version that is spoken; the registration lists it alone in `admissionReviewVersions`. */
export const REVIEW_API_VERSION = 'admission.k8s.io/v1';

/** `request.kind`: the kind of the object under review. The core group is the empty string. */
export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

/** `AdmissionReview.request`, as far as the rules read it. */
export interface AdmissionRequest {
  /** Copied to the answer, whatever happens. */
  uid: string;
  /** `CREATE`, `UPDATE`, `DELETE` or `CONNECT`. */
  operation: string;
  kind: GroupVersionKind;
  subResource?: string;
  namespace?: string;
  /** Empty for a create with `generateName`. */
  name?: string;
  /** Whether nothing will be stored, whatever is decided. */
  dryRun?: boolean;
  /** Who asks, as the API server authenticated them. */
  userInfo?: UserInfo;
  /** The new object; null or absent for DELETE and CONNECT. */
  object?: Json;
  /** What an UPDATE replaces and a DELETE deletes; null or absent otherwise. */
  oldObject?: Json;
}

/** `request.userInfo` (authentication.k8s.io/v1 UserInfo). */
export interface UserInfo {
  username: string;
  uid?: string;
  groups?: string[];
  extra?: Record<string, string[]>;
}

/**
 * What was decided about a request. `warnings` are single lines, `rules` the ids of all rules that were broken. `code`
 * is an HTTP status: 422 when the object breaks a rule, 403 when whoever asks may not do this, 400 when the request
 * holds no object to judge. `message` has one line per violation. `patch` is what mutating admission changes, a JSON patch
 * (RFC 6902).
 */
export type Decision =
  | { allowed: true; warnings: string[]; rules: string[]; patch?: JsonObject[] }
  | { allowed: false; code: 400 | 403 | 422; message: string; warnings: string[]; rules: string[] };

/** Decides about one request; the signal fires when nobody waits for the answer any more. */
export type Judge = (request: AdmissionRequest, signal: AbortSignal) => Decision | Promise<Decision>;

/**
 * `response.status`, a meta/v1 Status: what the person who sent the object reads. Without `details`, on purpose: with
 * causes in it kubectl prints those and leaves out the message, and with it the name of the webhook that refused.
 */
export interface AdmissionStatus {
  status: 'Failure';
  code: number;
  reason: string;
  message: string;
}

/** `AdmissionReview.response`. */
export interface AdmissionResponse {
  uid: string;
  allowed: boolean;
  /** Printed by kubectl, whether the object is admitted or not. One line each. */
  warnings?: string[];
  status?: AdmissionStatus;
  patchType?: 'JSONPatch';
  /** Base64. */
  patch?: string;
}

/** The answer: an AdmissionReview that holds a response alone. */
export interface AdmissionReviewAnswer {
  apiVersion: typeof REVIEW_API_VERSION;
  kind: 'AdmissionReview';
  response: AdmissionResponse;
}
