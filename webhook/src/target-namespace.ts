import { CLUSTER_RULES, hasExpression } from '@mesitis/offering';
import { matchesWhitelist } from '@mesitis/offering/whitelist';
import type { Check } from './decide.js';
import { payloadPath } from './payload-path.js';

/**
 * Lets offerings make things only in namespaces that the platform's policy names, whatever rights their author has.
 *
 * @param allowed namespaces and globs (`team-*`); `*` for all
 */
export function targetNamespace(allowed: readonly string[]): Check {
  return {
    name: 'target-namespace',
    judge: ({ configMap, parsed }) => {
      if (!parsed.ok || parsed.value.type !== 'catalog-entry' || allowed.includes('*')) return [];
      const { provision } = parsed.value.entry;
      // A Service that is shared already is only looked at.
      if (provision.kind !== 'ProvisionConfigMapObjects' && provision.kind !== 'ProvisionHelmChart')
        return [];
      const { namespace } = provision;
      const problem = hasExpression(namespace)
        ? 'depends on the instance'
        : matchesWhitelist(allowed, namespace)
          ? undefined
          : `is "${namespace}"`;
      if (problem === undefined) return [];
      const { id: rule, severity } = CLUSTER_RULES['target-namespace'];
      const path = `${payloadPath(configMap)}: provisiondata.namespace`;
      const message = `${problem}, and this platform lets offerings make things only in ${allowed.join(', ')}; use such a namespace, or ask the platform team to allow this one`;
      return [{ rule, severity, path, message }];
    },
  };
}
