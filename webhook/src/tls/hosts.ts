import { isIP } from 'node:net';
import type { Host } from './certificates.js';

const DNS_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** The names under which a Service is reached; the API server uses `<service>.<namespace>.svc`. */
export function serviceHosts(service: string, namespace: string): Host[] {
  const name = `${service}.${namespace}`;
  return [{ dns: name }, { dns: `${name}.svc` }, { dns: `${name}.svc.cluster.local` }];
}

/** One host out of the configuration: an IP address, a DNS name, or undefined when it is neither. */
export function parseHost(text: string): Host | undefined {
  if (isIP(text) !== 0) return { ip: text };
  const dns = text.toLowerCase();
  return DNS_NAME.test(dns) ? { dns } : undefined;
}

/** The host as people write it. */
export function hostText(host: Host): string {
  return 'ip' in host ? host.ip : host.dns;
}
