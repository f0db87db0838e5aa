import type { CallOptions, Kube } from './port.js';

/** Somebody, as the API server authenticated them (authentication.k8s.io/v1 UserInfo). */
export interface AccessUser {
  username?: string;
  uid?: string;
  groups?: string[];
  extra?: Record<string, string[]>;
}

/** What somebody wants to do: `resourceAttributes` of a SubjectAccessReview. */
export interface AccessAttributes {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  /** Empty for all namespaces. */
  namespace: string;
  /** Absent for all objects. */
  name?: string;
}

/** Whether somebody may do something. */
export interface AccessQuestion {
  user: AccessUser;
  attributes: AccessAttributes;
}

/** What the authorizers of the cluster say; the texts may be empty. */
export interface AccessAnswer {
  allowed: boolean;
  reason: string;
  evaluationError: string;
}

/**
 * Asks the API server whether somebody may do something (authorization.k8s.io/v1 SubjectAccessReview). Whatever is not a
 * plain yes is a no.
 *
 * @throws KubeError when the API server does not answer or refuses to
 */
export async function askAccess(
  kube: Pick<Kube, 'create'>,
  { user, attributes }: AccessQuestion,
  options: CallOptions = {},
): Promise<AccessAnswer> {
  const { username = '', uid, groups, extra } = user;
  const spec = {
    user: username,
    ...(uid === undefined ? {} : { uid }),
    ...(groups === undefined ? {} : { groups }),
    ...(extra === undefined ? {} : { extra }),
    resourceAttributes: attributes,
  };
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: {}, spec };
  const { status } = await kube.create(review, options);
  const answer = (typeof status === 'object' && status !== null ? status : {}) as Record<string, unknown>;
  return {
    allowed: answer['allowed'] === true,
    reason: textOf(answer['reason']),
    evaluationError: textOf(answer['evaluationError']),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
