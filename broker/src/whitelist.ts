import type { JsonObject } from '@mesitis/kube';
import type { CatalogEntry } from '@mesitis/offering';
import { matchesWhitelist } from '@mesitis/offering';
import { member } from './json.js';

/** Who asks, as far as a whitelist can tell: from the OSB `context` (osb.md 1.13). */
export type Consumer =
  | { platform: 'kubernetes'; namespace: string }
  | { platform: 'cloudfoundry'; organization: string; space: string }
  | { platform: 'unknown' };

/** Whitelist entries that start so name a Cloud Foundry space, all others a Kubernetes namespace. */
const CLOUD_FOUNDRY = 'cf:';

/** A namespace's name (RFC 1123 label), so that nothing else in `context.namespace` can match a pattern. */
const NAMESPACE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Reads the consumer from an OSB context; anything incomplete or odd is `unknown`, which only `*` lets in. */
export function consumerOf(context: JsonObject): Consumer {
  const platform = member(context, 'platform');
  if (platform === 'kubernetes') {
    const namespace = member(context, 'namespace');
    if (typeof namespace === 'string' && NAMESPACE.test(namespace)) return { platform, namespace };
  }
  if (platform === 'cloudfoundry') {
    const organization = member(context, 'organization_name');
    const space = member(context, 'space_name');
    if (isPathPart(organization) && isPathPart(space)) return { platform, organization, space };
  }
  return { platform: 'unknown' };
}

/** The consumer as records name it: a namespace, `cf:ORG/SPACE`, or '' when the context names none. */
export function consumerName(consumer: Consumer): string {
  switch (consumer.platform) {
    case 'kubernetes':
      return consumer.namespace;
    case 'cloudfoundry':
      return `${CLOUD_FOUNDRY}${consumer.organization}/${consumer.space}`;
    case 'unknown':
      return '';
  }
}

/** A slash in either name would make `cf:ORG/SPACE` ambiguous, so such names match nothing but `*`. */
function isPathPart(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !value.includes('/');
}

/** Whether the whitelist lets this consumer in. */
export function admits(whitelist: readonly string[], consumer: Consumer): boolean {
  if (whitelist.includes('*')) return true;
  switch (consumer.platform) {
    case 'kubernetes':
      return matchesWhitelist(
        whitelist.filter((pattern) => !pattern.startsWith(CLOUD_FOUNDRY)),
        consumer.namespace,
      );
    case 'cloudfoundry':
      return whitelist.includes(consumerName(consumer));
    case 'unknown':
      return false;
  }
}

/** Undefined when the entry is open to the consumer, else the sentence that says who is refused what and who can help. */
export function refusalOf(entry: CatalogEntry, consumer: Consumer): string | undefined {
  if (admits(entry.whitelist, consumer)) return undefined;
  const offering = `offering ${entry.offering} version ${entry.version}`;
  const ask = `ask team ${entry.team}`;
  switch (consumer.platform) {
    case 'kubernetes':
      return `${offering} is not open to namespace ${consumer.namespace}; ${ask} to add it to the whitelist`;
    case 'cloudfoundry':
      return `${offering} is not open to space ${consumer.organization}/${consumer.space}; ${ask} to add cf:${consumer.organization}/${consumer.space} to the whitelist`;
    case 'unknown':
      return `${offering} is open to named namespaces only and the request's context names none (platform "kubernetes" with "namespace"); send it, or ${ask} to open the offering to all`;
  }
}
