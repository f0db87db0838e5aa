/**
 * The syntax of label keys and values (API concepts, "Labels and Selectors", "Syntax and character set"). The checks
 * return what is wrong as a phrase without a subject ("must be ..."), so that callers can put their own path in front.
 */

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const MAX_NAME = 63;
const MAX_PREFIX = 253;
const NAME_CHARACTERS =
  'must consist of letters, digits, "-", "_" and ".", and start and end with a letter or digit';

/** What is wrong with a label key (`[prefix/]name`), or undefined when it is right. */
export function labelKeyProblem(key: string): string | undefined {
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  if (prefix !== undefined && (prefix.length > MAX_PREFIX || !DNS_SUBDOMAIN.test(prefix))) {
    return `must have a DNS subdomain of at most ${MAX_PREFIX} characters before the "/"`;
  }
  if (name === '') return 'must have a name of 1 to 63 characters';
  if (name.length > MAX_NAME) return `must have a name of at most ${MAX_NAME} characters`;
  return NAME.test(name) ? undefined : NAME_CHARACTERS;
}

/** What is wrong with a label value, or undefined when it is right. The empty string is a value. */
export function labelValueProblem(value: string): string | undefined {
  if (value === '') return undefined;
  if (value.length > MAX_NAME) return `must be at most ${MAX_NAME} characters long`;
  return NAME.test(value) ? undefined : NAME_CHARACTERS;
}
