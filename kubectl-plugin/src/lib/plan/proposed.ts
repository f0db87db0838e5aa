import {
  LABELS,
  parseProviderConfigMap,
  type ProviderConfigMap,
  type ProviderConfiguration,
} from '@mesitis/offering';
import { everyConfigMapIn, isOurs, type Source } from '../lint/config-maps-in.js';

/** A ConfigMap of Mesitis, as a file or the cluster has it. */
export interface PlannedConfigMap {
  name: string;
  annotations: Readonly<Record<string, unknown>> | undefined;
  value: ProviderConfiguration;
}

/** A ConfigMap without the label of Mesitis: when there is one with it in the cluster, that is taken back. */
export type Unlabelled = Pick<PlannedConfigMap, 'name' | 'annotations'>;

/** What files hold of one namespace. */
export interface Proposal {
  planned: PlannedConfigMap[];
  unlabelled: Unlabelled[];
}

/** What files hold, by namespace, and why some of it can't be used, a sentence each. */
export interface Proposed {
  byNamespace: Map<string, Proposal>;
  unusable: string[];
}

/** Where what is read goes. */
export interface Target {
  /** For what names no namespace. */
  namespace: string;
  /** Whether everything has to go there, as with kubectl's `-n`. */
  only: boolean;
}

/** Reads the ConfigMaps of files, by the same rules as lint. Pure. */
export function proposedBy(sources: readonly Source[], target: Target): Proposed {
  const unusable: string[] = [];
  const byNamespace = new Map<string, Proposal>();
  const seen = new Set<string>();
  for (const source of sources) {
    for (const { configMap } of everyConfigMapIn(source, unusable)) {
      const namespace = wordOf(configMap.metadata.namespace) ?? target.namespace;
      if (!isOurs(configMap)) {
        addUnlabelled(byNamespace, namespace, configMap, target);
        continue;
      }
      const title = `${namespace}/${wordOf(configMap.metadata.name) ?? ''}`;
      const planned = plannedFrom(configMap);
      const problem = seen.has(title) ? 'is there twice' : problemOf(planned, namespace, target);
      seen.add(title);
      if (problem !== undefined) unusable.push(`${source.file}: ConfigMap '${title}' ${problem}`);
      else if (planned !== undefined) proposalOf(byNamespace, namespace).planned.push(planned);
    }
  }
  return { byNamespace, unusable };
}

function problemOf(
  planned: PlannedConfigMap | undefined,
  namespace: string,
  { namespace: wanted, only }: Target,
): string | undefined {
  if (planned === undefined) return 'breaks rules: see kubectl mesitis lint';
  if (wordOf(planned.name) === undefined) return 'has no name: write one';
  return only && namespace !== wanted ? `is of another namespace than ${wanted}, as -n says` : undefined;
}

/** A ConfigMap with its meaning; undefined when it can't be used. */
export function plannedFrom(configMap: ProviderConfigMap): PlannedConfigMap | undefined {
  const { name = '', annotations } = configMap.metadata;
  const parsed = parseProviderConfigMap(configMap);
  return parsed.ok ? { name, annotations, value: parsed.value } : undefined;
}

/** Files may hold anything there. */
function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Any chart holds ConfigMaps of others: none of them is a mistake. */
function addUnlabelled(
  all: Map<string, Proposal>,
  namespace: string,
  { metadata: { name, annotations } }: ProviderConfigMap,
  { namespace: wanted, only }: Target,
): void {
  if (wordOf(name) === undefined || (only && namespace !== wanted)) return;
  proposalOf(all, namespace).unlabelled.push({ name: name ?? '', annotations });
}

function proposalOf(all: Map<string, Proposal>, namespace: string): Proposal {
  const proposal = all.get(namespace) ?? { planned: [], unlabelled: [] };
  all.set(namespace, proposal);
  return proposal;
}

/** The label by which the ConfigMaps of Mesitis are found. */
export const PLANNED_SELECTOR = LABELS.kind;
