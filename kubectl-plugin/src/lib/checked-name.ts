import { usageError } from './plugin-error.js';

/**
 * A name for a Kubernetes object that a person gave, or that was derived from something else.
 * @param origin what to call it in the error: a flag, an argument in capitals, or where it was derived from
 * @throws PluginError (usage) when it is not a DNS subdomain name, which the API server would refuse in many words
 */
export function checkedName(origin: string, name: string): string {
  if (name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name))
    return name;
  const remedy = /^(--|[A-Z]+$)/.test(origin) ? 'use' : 'give one with --name that has';
  throw usageError(
    `${origin} '${name}' can't be the name of a Kubernetes object: ${remedy} lower-case letters, digits, '-' and '.', with a letter or digit at both ends`,
  );
}
