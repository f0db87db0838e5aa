import type { Kube } from '@mesitis/kube';
import { withoutIgnored, type Published, type Violation } from '@mesitis/offering';
import type { AdmissionRequest, Judge } from './admission.js';
import {
  decisionOf,
  isExempt,
  judgeSubject,
  NOTHING_TO_JUDGE,
  subjectOf,
  UNJUDGED,
  type Policy,
  type Subject,
} from './decide.js';
import { isObject } from './json.js';
import { checkNeighbours } from './neighbours/check-neighbours.js';
import { publishedAs, type PublishedConfigMaps } from './neighbours/published-config-maps.js';
import { payloadPath } from './payload-path.js';
import { checkRights } from './rights/check-rights.js';
import { neededRights, neighbourSelector, publishesTheSame } from './rights/needed-rights.js';
import type { UnderReview } from './rights/under-review.js';

/** What judging provider ConfigMaps needs. */
export interface ProviderJudgeOptions {
  policy: Policy;
  kube: Pick<Kube, 'list' | 'create' | 'resourceOf'>;
  /** What is published already. */
  known: Pick<PublishedConfigMaps, 'in'>;
  /** What is being published. */
  underReview: UnderReview;
}

/**
 * Judges provider ConfigMaps: first by themselves, as the policy says; then, when they could be published as they are,
 * by those beside them and by who publishes them (403 when nothing but a right of the author is missing).
 */
export function providerJudge(options: ProviderJudgeOptions): Judge {
  const { policy, underReview } = options;
  return async (request, signal) => {
    if (isExempt(request)) return UNJUDGED;
    const subject = subjectOf(request);
    if (subject === undefined) return NOTHING_TO_JUDGE;
    const violations = judgeSubject(subject, policy);
    const published = newlyPublished(request, subject);
    const isBad = violations.some(({ severity }) => severity === 'error');
    if (published === undefined || isBad) return decisionOf(violations);
    const { namespace = '', dryRun = false } = request;
    // Before the first await: of two requests at once, one must see the other.
    const unstored = underReview.beside(namespace, published);
    if (!dryRun) underReview.add(namespace, published);
    let decision = NOTHING_TO_JUDGE;
    try {
      const found = await lookAround(options, { request, published, unstored }, signal);
      decision = decisionOf([...violations, ...withoutIgnored(found, subject.configMap)]);
      return decision;
    } finally {
      if (!decision.allowed) underReview.remove(namespace, published);
    }
  };
}

/** A ConfigMap that is about to be published. */
interface Publication {
  request: AdmissionRequest;
  published: Published;
  /** Others of the namespace that were admitted and may not be stored yet. */
  unstored: readonly Published[];
}

/** What a request publishes that was not published before; undefined when that is nothing. */
function newlyPublished(
  { object, oldObject, name }: AdmissionRequest,
  { parsed }: Subject,
): Published | undefined {
  if (!parsed.ok) return undefined;
  if (isObject(oldObject) && isObject(object) && publishesTheSame(oldObject, object)) return undefined;
  return { configMap: name ?? '', value: parsed.value };
}

/** All that is wrong with a ConfigMap because of what lies around it. Rejects when the rights can't be looked at. */
async function lookAround(
  { kube, known }: ProviderJudgeOptions,
  { request, published, unstored }: Publication,
  signal: AbortSignal,
): Promise<Violation[]> {
  const { namespace = '', userInfo, object } = request;
  const payload = payloadPath(object);
  const rights = async (): Promise<Violation[]> => {
    // Not from the cache: what a moment ago was not there yet must not slip through here.
    const stored = await storedBeside(published, { namespace, kube, signal });
    const place = { namespace, payload, neighbours: [...stored, ...unstored] };
    return checkRights(kube, userInfo, neededRights(published.value, place), signal);
  };
  const found = await Promise.all([
    checkNeighbours({ kube, known }, { namespace, payload, published, unstored }, signal),
    rights(),
  ]);
  return found.flat();
}

/** The ConfigMaps of the namespace that matter for rights and can be used, as the API server has them now. */
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
    .flatMap((item) => publishedAs(item) ?? []);
}
