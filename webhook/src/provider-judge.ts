import { askAccess, type Json, type JsonObject, type Kube } from '@mesitis/kube';
import {
  enabledEntries,
  parseProviderConfigMap,
  withoutIgnored,
  type ProviderConfigMap,
  type Published,
  type Violation,
} from '@mesitis/offering';
import type { AdmissionRequest, Decision, Judge } from './admission.js';
import {
  decisionOf,
  isExempt,
  isProviderConfigMap,
  judgeSubject,
  NOTHING_TO_JUDGE,
  subjectOf,
  takesBack,
  UNJUDGED,
  type Policy,
  type Subject,
} from './decide.js';
import { tryObjects } from './dry-run/try-objects.js';
import { checkInUse } from './in-use/check-in-use.js';
import { isObject } from './json.js';
import { checkNeighbours } from './neighbours/check-neighbours.js';
import type { PublishedConfigMaps } from './neighbours/published-config-maps.js';
import { payloadPath } from './payload-path.js';
import { checkRights } from './rights/check-rights.js';
import { joined, type Ask } from './rights/joined-questions.js';
import { neededRights, neighbourSelector, publishesTheSame } from './rights/needed-rights.js';
import type { UnderReview } from './rights/under-review.js';

/** What judging provider ConfigMaps needs. */
export interface ProviderJudgeOptions {
  policy: Policy;
  kube: Pick<Kube, 'get' | 'list' | 'create' | 'resourceOf'>;
  /** What is published already. */
  known: Pick<PublishedConfigMaps, 'in' | 'meaningOf'>;
  /** What is being published. */
  underReview: UnderReview;
  /** Where objects are tried by dry run; see {@link tryObjects}. */
  dryRunNamespaces: readonly string[];
}

/**
 * Judges provider ConfigMaps: first by themselves, as the policy says; then, when they could be published as they are,
 * by those beside them, by who publishes them (403 when nothing but a right of the author is missing), and by who uses
 * what they change or take away.
 */
export function providerJudge(given: ProviderJudgeOptions): Judge {
  const { policy, kube } = given;
  const options = { ...given, ask: joined((question, calling) => askAccess(kube, question, calling)) };
  return async (request, signal) => {
    if (isExempt(request)) return takenBack(options, request, signal);
    const subject = subjectOf(request);
    if (subject === undefined) return NOTHING_TO_JUDGE;
    const violations = judgeSubject(subject, policy);
    const published = newlyPublished(request, subject);
    const isBad = violations.some(({ severity }) => severity === 'error');
    if (published === undefined || isBad) return decisionOf(violations);
    return judgePublished(options, { request, published, violations }, signal);
  };
}

/** What the parts of {@link providerJudge} share. */
interface Means extends ProviderJudgeOptions {
  ask: Ask;
}

/** Decides about what can be published as it is, with `violations` that are warnings, by what lies around it. */
async function judgePublished(
  options: Means,
  { request, published, violations }: Omit<Publication, 'unstored'> & { violations: Violation[] },
  signal: AbortSignal,
): Promise<Decision> {
  const { underReview } = options;
  const { namespace = '', dryRun = false } = request;
  // Before the first await: of two requests at once, one must see the other.
  const unstored = underReview.beside(namespace, published);
  if (!dryRun) underReview.add(namespace, published, request.object);
  let decision: Decision | undefined;
  try {
    const found = await lookAround(options, { request, published, unstored }, signal);
    const configMap = request.object as unknown as ProviderConfigMap;
    decision = decisionOf([...violations, ...withoutIgnored(found, configMap)]);
    return decision;
  } finally {
    if (decision?.allowed !== true) underReview.remove(namespace, published);
  }
}

/** Decides about what publishes nothing: it may take something back. */
async function takenBack(options: Means, request: AdmissionRequest, signal: AbortSignal): Promise<Decision> {
  return takesBack(request) ? decisionOf(await inUse(options, { request, published: [] }, signal)) : UNJUDGED;
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
  { kube, known, ask, dryRunNamespaces: namespaces }: Means,
  { request, published, unstored }: Publication,
  signal: AbortSignal,
): Promise<Violation[]> {
  const { namespace = '', userInfo, object } = request;
  const payload = payloadPath(object);
  const deeds = async (): Promise<Violation[]> => {
    // Not from the cache: what a moment ago was not there yet must not slip through here.
    const stored = await storedBeside(published, { kube, known }, { namespace, signal });
    const place = { namespace, payload, neighbours: [...stored, ...unstored] };
    const resourceOf: Kube['resourceOf'] = (...asked) => kube.resourceOf(...asked);
    const rights = neededRights(published.value, place);
    const missing = await checkRights({ resourceOf, ask }, userInfo, rights, signal);
    // Whoever may not create an object is not told what would become of it either.
    if (missing.length > 0) return missing;
    return tryObjects(kube, { published, payload, namespaces, neighbours: place.neighbours }, { signal });
  };
  const found = await Promise.all([
    checkNeighbours({ kube, known }, { namespace, payload, published, unstored }, { signal }),
    deeds(),
    inUse({ kube, known }, { request, published: [published] }, signal),
  ]);
  return found.flat();
}

/** What a request that publishes this, or nothing, breaks for the instances of what the ConfigMap published so far. */
async function inUse(
  { kube, known }: Pick<ProviderJudgeOptions, 'kube' | 'known'>,
  { request, published }: { request: AdmissionRequest; published: readonly Published[] },
  signal: AbortSignal,
): Promise<Violation[]> {
  const { namespace = '', name = '', operation, object, oldObject } = request;
  const [before] = enabledEntries(publishedBy(oldObject, name));
  if (before === undefined) return [];
  const others = (known.in(namespace)?.all() ?? []).filter(({ configMap }) => configMap !== name);
  const after = enabledEntries([...published, ...others]);
  const payload = payloadPath(operation === 'DELETE' ? oldObject : object);
  const annotations = annotationsOf(operation === 'DELETE' ? oldObject : object);
  return checkInUse(kube, { namespace, change: { before, after }, payload, annotations }, { signal });
}

function publishedBy(configMap: Json | undefined, name: string): Published[] {
  if (!isObject(configMap) || !isProviderConfigMap(configMap)) return [];
  const parsed = parseProviderConfigMap(configMap as unknown as ProviderConfigMap);
  return parsed.ok ? [{ configMap: name, value: parsed.value }] : [];
}

function annotationsOf(configMap: Json | undefined): JsonObject {
  const metadata = isObject(configMap) ? configMap['metadata'] : undefined;
  const annotations = isObject(metadata) ? metadata['annotations'] : undefined;
  return isObject(annotations) ? annotations : {};
}

/** The ConfigMaps of the namespace that matter for rights and can be used, as the API server has them now. */
async function storedBeside(
  { configMap, value }: Published,
  { kube, known }: Pick<ProviderJudgeOptions, 'kube' | 'known'>,
  { namespace, signal }: { namespace: string; signal: AbortSignal },
): Promise<Published[]> {
  const labelSelector = neighbourSelector(value);
  if (labelSelector === undefined) return [];
  const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace, labelSelector };
  const { items } = await kube.list(query, { signal });
  return items
    .filter(({ metadata }) => metadata.name !== configMap)
    .flatMap((item) => known.meaningOf(item) ?? []);
}
