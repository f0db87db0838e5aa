import {
  CLUSTER_RULES,
  LABELS,
  Neighbourhood,
  PAYLOAD_KEYS,
  withoutIgnored,
  type ProviderConfigMap,
  type ProviderConfiguration,
  type Published,
  type Violation,
} from '@mesitis/offering';

/** A ConfigMap of Mesitis beside others of its namespace. */
export interface Beside {
  configMap: ProviderConfigMap;
  /** Its name, for messages. */
  name: string;
  /** What it says; undefined when that can't be used. */
  value: ProviderConfiguration | undefined;
}

/**
 * Holds the ConfigMaps of one namespace against each other, as the webhook does, without what they silence. Files may
 * hold only a part of what a namespace publishes: that something selects nothing, or is selected by nothing, is said
 * only where both entries and objects are there, and nothing of what could select or be selected is unusable. Pure.
 */
export function judgeBeside<One extends Beside>(all: readonly One[]): [One, Violation[]][] {
  const published = all.flatMap((one) => {
    const { name: configMap, value } = one;
    return value === undefined ? [] : [{ one, own: { configMap, value } satisfies Published }];
  });
  const neighbourhood = new Neighbourhood(published.map(({ own }) => own));
  const hidden = hiddenRules(all);
  return published.map(({ one, own }) => {
    const violations = neighbourhood
      .judge(own, payloadPath(one.configMap))
      .filter(({ rule }) => !hidden.has(rule));
    return [one, withoutIgnored(violations, one.configMap)];
  });
}

function hiddenRules(all: readonly Beside[]): ReadonlySet<string> {
  const { 'selector-empty': empty, 'object-unselected': unselected } = CLUSTER_RULES;
  const usable = new Set(all.map(({ value }) => value?.type));
  const unusable = all.filter(({ value }) => value === undefined);
  const mayBeEntry = unusable.some((one) => kindOf(one) !== 'object');
  const mayBeObject = unusable.some((one) => kindOf(one) !== 'entry');
  const hidden = new Set<string>();
  if (!usable.has('wrapped-resource') || mayBeObject) hidden.add(empty.id);
  if (!usable.has('catalog-entry') || mayBeEntry) hidden.add(unselected.id);
  return hidden;
}

/** What the label says of a ConfigMap that can't be used. */
function kindOf({ configMap }: Beside): 'entry' | 'object' | 'unknown' {
  const label: unknown = configMap.metadata.labels?.[LABELS.kind];
  if (typeof label !== 'string') return 'unknown';
  if (label.toLowerCase() === 'catalog-entry') return 'entry';
  return label.toLowerCase().startsWith('wrapped-') ? 'object' : 'unknown';
}

function payloadPath({ data = {} }: ProviderConfigMap): string {
  return `data.${PAYLOAD_KEYS.find((key) => key in data) ?? PAYLOAD_KEYS[0]}`;
}
