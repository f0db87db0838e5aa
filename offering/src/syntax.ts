import { parseLabelSelector } from '@mesitis/kube/selectors';
import type { Format } from './fields.js';
import { MAX_NAME } from './limits.js';
import { quote } from './wording.js';

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_1035_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** The part of a plan's name: what a command line and a DNS name both take. */
export const NAME_PART: Format = {
  rule: 'name-part',
  problem: (text) =>
    /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/.test(text)
      ? undefined
      : `is ${quote(text)}; use a-z, 0-9, "." and "-", with a letter or digit at both ends`,
};

/** An id of a service or a plan, as Service Catalog takes it. */
export const ID: Format = {
  rule: 'id-format',
  problem: (text) =>
    text.length <= MAX_NAME && /^[\w.-]+$/.test(text)
      ? undefined
      : `is ${quote(text)}; use at most ${MAX_NAME} letters, digits, ".", "_" and "-", as in a UUID`,
};

/** The name of a namespace (DNS-1123 label). */
export const NAMESPACE: Format = {
  rule: 'namespace-name',
  problem: (text) =>
    matches(text, DNS_LABEL, MAX_NAME)
      ? undefined
      : nameProblem(text, 'a namespace', 'a-z, 0-9 and "-"', MAX_NAME),
};

/** The name of a Service (DNS-1035 label). */
export const SERVICE_NAME: Format = {
  rule: 'service-name',
  problem: (text) =>
    matches(text, DNS_1035_LABEL, MAX_NAME)
      ? undefined
      : nameProblem(text, 'a Service', 'a-z, 0-9 and "-", a letter first', MAX_NAME),
};

/** The name of any other object (DNS-1123 subdomain). */
export const OBJECT_NAME: Format = {
  rule: 'object-name',
  problem: (text) =>
    matches(text, DNS_SUBDOMAIN, 253)
      ? undefined
      : nameProblem(text, 'an object', 'a-z, 0-9, "-" and "."', 253),
};

/** The name of a role or of its binding: anything that is one segment of a URL's path. */
export const PATH_SEGMENT: Format = {
  rule: 'object-name',
  problem: (text) =>
    matches(text, /^(?!\.{1,2}$)[^/%]+$/, 253)
      ? undefined
      : `is ${quote(text)}, which cannot be the name of an object; use no "/" and no "%"`,
};

/** The name of a Helm release. */
export const RELEASE_NAME: Format = {
  rule: 'release-name',
  problem: (text) =>
    matches(text, DNS_SUBDOMAIN, 53)
      ? undefined
      : nameProblem(text, 'a Helm release', 'a-z, 0-9, "-" and "."', 53),
};

/** A selector that parses and does not select everything. */
export const LABEL_SELECTOR: Format = {
  rule: 'label-selector',
  problem: (text) => {
    try {
      if (parseLabelSelector(text).length > 0) return undefined;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'SelectorError') throw error;
      return `does not parse: ${error.message.replace(/\.$/, '')}`;
    }
    return 'selects everything; name the labels of the wrapped objects';
  },
};

/** The key of a Secret's or a ConfigMap's data. */
export const DATA_KEY: Format = {
  rule: 'credential-key',
  problem: (text) =>
    text.length <= 253 && /^[-.\w]+$/.test(text)
      ? undefined
      : `is ${quote(text)}; use at most 253 letters, digits, "-", "_" and "."`,
};

/** An absolute URL of any scheme. Its text is never quoted: it may hold a credential. */
export const ANY_URL: Format = {
  rule: 'url-format',
  problem: (text) =>
    urlOf(text) === undefined
      ? 'is not an absolute URL with a host; write it as scheme://host:port/path, without blanks'
      : undefined,
};

/** An absolute http or https URL. */
export const HTTP_URL: Format = {
  rule: 'url-format',
  problem: (text) =>
    /^https?:$/.test(urlOf(text)?.protocol ?? '')
      ? undefined
      : 'is not an absolute http or https URL; write it as https://host/path, without blanks',
};

/** What a picture may be: a URL, or the picture itself as a data URL. */
export const IMAGE_URL: Format = {
  rule: 'url-format',
  problem: (text) => (/^data:image\/[\w.+-]+[;,]/i.test(text) ? undefined : HTTP_URL.problem(text)),
};

/** Whether a URL names a user, in whole or in part by an expression. */
export function hasUserInfo(url: string): boolean {
  return /^[^/?#]*:[/\\]*[^/\\?#]*@/.test(url);
}

function urlOf(text: string): URL | undefined {
  // The WHATWG parser forgives blanks and missing slashes; a client that gets the text as it is may not.
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s\p{Cc}]+$/iu.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.hostname === '' ? undefined : url;
}

function matches(text: string, pattern: RegExp, max: number): boolean {
  return text.length <= max && pattern.test(text);
}

function nameProblem(text: string, what: string, characters: string, max: number): string {
  return `is ${quote(text)}, which cannot be the name of ${what}; use at most ${max} characters of ${characters}`;
}
