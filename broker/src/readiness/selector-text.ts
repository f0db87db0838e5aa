import type { JsonObject, KubeObject } from '@mesitis/kube';
import { objectAt, objectsAt, textAt, textsAt } from './related.js';

/** A workload's `spec.selector` in the grammar of queries; undefined when it has none or one that nobody knows. */
export function selectorTextOf(workload: KubeObject): string | undefined {
  const labels = objectAt(workload, 'spec', 'selector', 'matchLabels');
  const equal = Object.keys(labels).map((key) => `${key}=${textAt(labels, key)}`);
  const requirements = objectsAt(workload, 'spec', 'selector', 'matchExpressions').map(requirementText);
  const all = [...equal, ...requirements];
  return all.length === 0 || all.includes(undefined) ? undefined : all.join(',');
}

function requirementText(requirement: JsonObject): string | undefined {
  const key = textAt(requirement, 'key');
  const values = textsAt(requirement, 'values').join(',');
  switch (textAt(requirement, 'operator')) {
    case 'In':
      return `${key} in (${values})`;
    case 'NotIn':
      return `${key} notin (${values})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return undefined;
  }
}
