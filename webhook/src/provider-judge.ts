import type { Kube } from '@mesitis/kube';
import { formatViolations, parseProviderConfigMap } from '@mesitis/offering';
import type { ProviderConfigMap, Violation } from '@mesitis/offering';
import type { AdmissionRequest, Decision, Judge } from './admission.js';
import { decide, isExempt, type Policy } from './decide.js';
import { isObject } from './json.js';
import { payloadPath } from './payload-path.js';
import { checkRights } from './rights/check-rights.js';
import { neededRights, publishesTheSame, neighbourSelector, type Published } from './rights/needed-rights.js';
import { UnderReview } from './rights/under-review.js';

/** What judging provider ConfigMaps needs. */
export interface ProviderJudgeOptions {
  policy: Policy;
  kube: Pick<Kube, 'list' | 'create' | 'resourceOf'>;
  /** Milliseconds from any start. */
  monotonic: () => number;
}

/**
 * Judges provider ConfigMaps: first by themselves, as the policy says; then, when they may be published as they are,
 * by who publishes them. Refuses with 403 what the author may not do.
 */
export function providerJudge({ policy, kube, monotonic }: ProviderJudgeOptions): Judge {
  const underReview = new UnderReview(monotonic);
  return async (request, signal) => {
    const decision = decide(request, policy);
    const published = decision.allowed ? newlyPublished(request) : undefined;
    if (published === undefined) return decision;
    const { namespace = '', userInfo } = request;
    // Before the first await: of two requests at once, one must see the other.
    const unstored = underReview.add(namespace, published);
    try {
      const neighbours = [...(await storedBeside(published, { namespace, kube, signal })), ...unstored];
      const place = { namespace, payload: payloadPath(request.object), neighbours };
      const violations = await checkRights(kube, userInfo, neededRights(published.value, place), signal);
      if (violations.length === 0) return decision;
      underReview.remove(namespace, published);
      return forbidden(violations, decision);
    } catch (error) {
      underReview.remove(namespace, published);
      throw error;
    }
  };
}

/** What a request publishes that was not published before; undefined when that is nothing. */
function newlyPublished(request: AdmissionRequest): Published | undefined {
  const { object, oldObject, name } = request;
  if (isExempt(request) || !isObject(object)) return undefined;
  if (isObject(oldObject) && publishesTheSame(oldObject, object)) return undefined;
  return publishedAs(object as unknown as ProviderConfigMap, name ?? '');
}

function publishedAs(configMap: ProviderConfigMap, name: string): Published | undefined {
  const parsed = parseProviderConfigMap(configMap);
  return parsed.ok ? { configMap: name, value: parsed.value } : undefined;
}

/** The ConfigMaps of the namespace that matter for one and can be used, as the API server has them now. */
async function storedBeside(
  { configMap, value }: Published,
  { namespace, kube, signal }: { namespace: string; kube: Pick<Kube, 'list'>; signal: AbortSignal },
): Promise<Published[]> {
  const labelSelector = neighbourSelector(value);
  if (labelSelector === undefined) return [];
  const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace, labelSelector };
  const { items } = await kube.list(query, { signal });
  return items
    .filter(({ metadata }) => metadata.name !== configMap)
    .flatMap((item) => publishedAs(item as ProviderConfigMap, item.metadata.name ?? '') ?? []);
}

function forbidden(violations: Violation[], { warnings, rules }: Decision): Decision {
  const broken = violations.map(({ rule }) => rule);
  return {
    allowed: false,
    code: 403,
    message: formatViolations(violations),
    warnings,
    rules: [...new Set([...rules, ...broken])].sort(),
  };
}
