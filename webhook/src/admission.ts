import type { Json } from '@mesitis/kube';

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
  /** The new object; null or absent for DELETE and CONNECT. */
  object?: Json;
}

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
}

/** The answer: an AdmissionReview that holds a response alone. */
export interface AdmissionReviewAnswer {
  apiVersion: typeof REVIEW_API_VERSION;
  kind: 'AdmissionReview';
  response: AdmissionResponse;
}
