import type { KubeObject } from '@mesitis/kube';
import { asRecord, asRecords, asString, asStrings, isRecord } from '@mesitis/kube/memory';
import type { JsonRecord, ResourceKind } from '@mesitis/kube/memory';
import { matchesLabelSelector } from '@mesitis/kube/selectors';
import type { LabelRequirement } from '@mesitis/kube/selectors';

/** A write, as admission sees it. */
export interface AdmissionRequest {
  readonly kind: ResourceKind;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly object: KubeObject | undefined;
  readonly oldObject: KubeObject | undefined;
  readonly dryRun: boolean;
}

/** Whether a webhook (an entry of `webhooks[]`) wants to see a request ("Matching requests"). */
export function isConcerned(
  webhook: JsonRecord,
  request: AdmissionRequest,
  namespaceLabels: Readonly<Record<string, string>> | undefined,
): boolean {
  // A broken webhook must stay removable.
  if (request.kind.group === 'admissionregistration.k8s.io') return false;
  const labelsOf = (object: KubeObject | undefined): Readonly<Record<string, string>> =>
    object?.metadata.labels ?? {};
  const isNamespace = request.kind.group === '' && request.kind.kind === 'Namespace';
  const labels = isNamespace ? labelsOf(request.object ?? request.oldObject) : namespaceLabels;
  const objects = [request.object, request.oldObject].filter((object) => object !== undefined);
  return (
    asRecords(webhook['rules']).some((rule) => isInRule(rule, request)) &&
    (labels === undefined || matchesStructured(webhook['namespaceSelector'], labels)) &&
    objects.some((object) => matchesStructured(webhook['objectSelector'], labelsOf(object)))
  );
}

function isInRule(rule: JsonRecord, { kind, operation, subresource }: AdmissionRequest): boolean {
  const includes = (field: string, value: string): boolean => {
    const values = asStrings(rule[field]);
    return values.includes('*') || values.includes(value);
  };
  const scope = asString(rule['scope']) || '*';
  return (
    includes('operations', operation) &&
    includes('apiGroups', kind.group) &&
    includes('apiVersions', kind.version) &&
    (scope === '*' || (scope === 'Namespaced') === kind.namespaced) &&
    asStrings(rule['resources']).some((pattern) => isResource(pattern, kind.plural, subresource))
  );
}

// "*": all resources without their subresources; "*/*": everything; "pods/*": all subresources of pods.
function isResource(pattern: string, plural: string, subresource = ''): boolean {
  const [resource = '', sub] = pattern.split('/');
  if (resource !== '*' && resource !== plural) return false;
  return sub === undefined ? subresource === '' : sub === '*' || sub === subresource;
}

/** Whether labels match a `metav1.LabelSelector`; one that is empty or absent matches everything. */
function matchesStructured(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  if (!isRecord(selector)) return true;
  const equalities = Object.entries(asRecord(selector['matchLabels'])).map(
    ([key, value]): LabelRequirement => ({ key, operator: 'In', values: [asString(value)] }),
  );
  const expressions = asRecords(selector['matchExpressions']).map((expression): LabelRequirement => {
    const key = asString(expression['key']);
    const operator = expression['operator'];
    if (operator === 'Exists' || operator === 'DoesNotExist') return { key, operator };
    return { key, operator: operator === 'NotIn' ? 'NotIn' : 'In', values: asStrings(expression['values']) };
  });
  return matchesLabelSelector([...equalities, ...expressions], labels);
}
