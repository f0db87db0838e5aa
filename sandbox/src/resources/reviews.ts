import { asRecord, asString, asStrings, notFound } from '@mesitis/kube/memory';
import type { ApiServer } from '@mesitis/kube/memory';
import { REVIEWS } from '../discovery/discovery.js';
import { serviceAccountToken, userOfToken } from '../identity.js';
import type { UserInfo } from '../identity.js';
import type { ResourceRoute } from '../route.js';

const DEFAULT_TOKEN_SECONDS = 3600;

/** A question put to the API server by POST, which stores nothing. */
export interface ReviewCall {
  readonly route: ResourceRoute;
  readonly body: unknown;
  readonly user: UserInfo;
  readonly now: Date;
}

/**
 * The answer to an access or token review or a TokenRequest; undefined when the request is none. Everything is
 * allowed: the sandbox has no authorization.
 */
export function reviewAnswer({ route, body, user, now }: ReviewCall, server: ApiServer): unknown {
  if (route.group === '' && route.resource === 'serviceaccounts' && route.subresource === 'token') {
    return tokenRequest(route, body, now, server);
  }
  const review = REVIEWS.find(
    ([group, version, , plural]) =>
      group === route.group && version === route.version && plural === route.resource,
  );
  if (review === undefined) return undefined;
  const [group, version, kind] = review;
  const spec = asRecord(asRecord(body)['spec']);
  const status = {
    SelfSubjectAccessReview: { allowed: true },
    SubjectAccessReview: { allowed: true },
    SelfSubjectReview: { userInfo: user },
    TokenReview: { authenticated: true, user: userOfToken(asString(spec['token'])) },
  }[kind];
  return { apiVersion: `${group}/${version}`, kind, metadata: {}, spec, status };
}

function tokenRequest(route: ResourceRoute, body: unknown, now: Date, server: ApiServer): unknown {
  const { name = '', namespace = '' } = route;
  const kind = server.kinds().find((candidate) => candidate.kind === 'ServiceAccount');
  if (kind !== undefined && server.store.get(kind, name, namespace) === undefined) throw notFound(kind, name);
  const spec = asRecord(asRecord(body)['spec']);
  const seconds =
    typeof spec['expirationSeconds'] === 'number' ? spec['expirationSeconds'] : DEFAULT_TOKEN_SECONDS;
  const expires = new Date(now.getTime() + seconds * 1000);
  const token = serviceAccountToken({ namespace, name }, expires, asStrings(spec['audiences']));
  return {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: { name, namespace, creationTimestamp: now.toISOString() },
    spec: { ...spec, expirationSeconds: seconds },
    status: { token, expirationTimestamp: expires.toISOString() },
  };
}
