import { buildCatalog } from '@mesitis/broker';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { PublishedIndex } from '@mesitis/offering';
import {
  PROVIDER_POLICY,
  providerJudge,
  review,
  UnderReview,
  type AdmissionReviewAnswer,
  type Judge,
  type Outcome,
} from '@mesitis/webhook';

const UID = '9c0b1a57-0e5c-4b77-9f0c-2f2a41d8a0f5';

/** A cluster in which nothing else is published and everybody may do everything. */
const EMPTY_CLUSTER = {
  get: () => Promise.resolve(undefined),
  list: () => Promise.resolve({ items: [], resourceVersion: '1' }),
  create: (object: KubeObject) => Promise.resolve({ ...object, status: { allowed: true } }),
  resourceOf: () => Promise.resolve('things'),
};

/** The webhook's own judge, on that cluster. Each knows nothing of what another one was asked. */
export function emptyClusterJudge(): Judge {
  return providerJudge({
    policy: PROVIDER_POLICY,
    kube: EMPTY_CLUSTER,
    known: { in: () => new PublishedIndex(), meaningOf: () => undefined },
    underReview: new UnderReview(() => 0),
    dryRunNamespaces: [],
  });
}

/** How a ConfigMap fared. */
export interface Trial {
  /** How long the webhook took, in milliseconds. */
  ms: number;
  /** What is wrong with what webhook and broker say; undefined when nothing is. */
  problem: string | undefined;
}

/**
 * Gives a ConfigMap to the webhook, as a create, and to the broker, and tells what is wrong with what they say: an
 * answer that is no AdmissionReview for this request, or that the two do not agree.
 */
export async function tryConfigMap(configMap: JsonObject): Promise<Trial> {
  const body = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: UID,
      operation: 'CREATE',
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      namespace: 'provider-ns',
      name: 'fuzzed',
      userInfo: { username: 'jane' },
      object: configMap,
    },
  };
  // The deadline is far: how long it takes is measured, not cut short.
  const start = performance.now();
  const outcome = await review(body, emptyClusterJudge(), new AbortController().signal);
  const ms = performance.now() - start;
  return { ms, problem: problemOf(outcome, configMap) };
}

function problemOf(outcome: Outcome, configMap: JsonObject): string | undefined {
  if (outcome.kind !== 'decided') return `the webhook ${outcome.kind}`;
  const malformed = malformation(outcome.answer);
  if (malformed !== undefined) return malformed;
  const { allowed } = outcome.answer.response;
  const rejection = brokerRejection(configMap);
  // The broker passes over what is disabled, whatever is wrong with it.
  if (allowed && rejection !== undefined)
    return `the webhook admits what the broker leaves out: ${rejection}`;
  if (!allowed && rejection === undefined && !isDisabled(configMap)) {
    return `the webhook refuses what the broker takes: ${outcome.answer.response.status?.message ?? ''}`;
  }
  return undefined;
}

function malformation({ apiVersion, kind, response }: AdmissionReviewAnswer): string | undefined {
  const { uid, allowed, status, warnings = [] } = response;
  const requirements: readonly [isMet: boolean, otherwise: string][] = [
    [`${apiVersion} ${kind}` === 'admission.k8s.io/v1 AdmissionReview', 'the answer is no AdmissionReview'],
    [uid === UID, 'the answer has another uid'],
    [typeof allowed === 'boolean', 'the answer says neither yes nor no'],
    [!warnings.some((line) => /\p{Cc}/u.test(line)), 'a warning is not one line'],
    [allowed || isExplained(status), 'the refusal does not say why'],
  ];
  return requirements.find(([isMet]) => !isMet)?.[1];
}

function isExplained(status: AdmissionReviewAnswer['response']['status']): boolean {
  return status?.code === 422 && status.message !== '' && !/^\s+at /m.test(status.message);
}

function brokerRejection(configMap: JsonObject): string | undefined {
  const { rejected } = buildCatalog([configMap as unknown as KubeObject], {
    runsHelm: true,
    keepsSecrets: true,
  });
  return rejected[0]?.reason;
}

function isDisabled({ metadata }: JsonObject): boolean {
  const { labels } = metadata as { labels?: Record<string, unknown> };
  return labels?.['mesitis/enabled'] === 'false';
}
