import type { AccessAttributes, Kube } from '@mesitis/kube';
import type { Violation } from '@mesitis/offering';
import { CLUSTER_RULES } from '@mesitis/offering';
import type { UserInfo } from '../admission.js';
import type { Ask } from './joined-questions.js';
import type { NeededRight } from './needed-rights.js';

/** What the check asks of the cluster. */
export interface RightsSource extends Pick<Kube, 'resourceOf'> {
  ask: Ask;
}

/**
 * Asks the API server whether a user has rights (authorization.k8s.io/v1 SubjectAccessReview) and tells those that are
 * missing, each with what leads to it and what to do. What can't be checked counts as missing: the check fails closed.
 * Never rejects, unless the signal fires.
 */
export async function checkRights(
  source: RightsSource,
  user: UserInfo | undefined,
  rights: readonly NeededRight[],
  signal: AbortSignal,
): Promise<Violation[]> {
  const verdicts = await Promise.all(
    rights.map(async (right): Promise<Violation[]> => {
      try {
        return await checkRight(source, user, right, signal);
      } catch (error) {
        signal.throwIfAborted();
        const reason = error instanceof Error ? error.message : String(error);
        const message = `${right.deed}; whether you may do that yourself could not be checked (${reason}); try again`;
        return [violation('author-unchecked', right, message)];
      }
    }),
  );
  return verdicts.flat();
}

async function checkRight(
  source: RightsSource,
  user: UserInfo | undefined,
  right: NeededRight,
  signal: AbortSignal,
): Promise<Violation[]> {
  if (user === undefined) {
    const message = `${right.deed}; whether you may do that yourself can't be checked: the request names no user`;
    return [violation('author-unchecked', right, message)];
  }
  const resource = right.type === undefined ? '*' : await source.resourceOf(right.type, { signal });
  if (resource === undefined) {
    const { apiVersion, kind } = right.type ?? { apiVersion: '', kind: '' };
    const message = `${right.deed}, but this cluster serves no ${kind} of ${apiVersion}; install it first, or correct apiVersion and kind`;
    return [violation('author-unchecked', right, message)];
  }
  const attributes = attributesOf(right, resource);
  const { allowed } = await source.ask({ user, attributes }, { signal });
  if (allowed) return [];
  const message = `${right.deed}, and ${user.username} may not ${describe(attributes)}; get that right, or have it published by somebody who has it`;
  return [violation('author-right', right, message)];
}

function attributesOf(
  { verb, type, subresource, namespace, name }: NeededRight,
  resource: string,
): AccessAttributes {
  const group = type === undefined ? '*' : groupOf(type.apiVersion);
  return {
    verb,
    group,
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    namespace: namespace ?? '',
    ...(name === undefined ? {} : { name }),
  };
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** As `kubectl auth can-i` would be asked: "create deployments.apps in namespace api-ns". */
function describe({ verb, group, resource, subresource, namespace, name }: AccessAttributes): string {
  const type = [resource, group].filter((part) => part !== '').join('.');
  const deed = verb === '*' ? 'do everything (verb * on *.*)' : `${verb} ${type}`;
  const part = subresource === undefined ? '' : `/${subresource}`;
  const which = name === undefined ? '' : ` "${name}"`;
  return `${deed}${part}${which} in ${namespace === '' ? 'every namespace' : `namespace ${namespace}`}`;
}

function violation(
  rule: 'author-right' | 'author-unchecked',
  { path }: NeededRight,
  message: string,
): Violation {
  return { rule: CLUSTER_RULES[rule].id, severity: 'error', path, message };
}
