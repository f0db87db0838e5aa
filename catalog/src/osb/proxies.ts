import { BlockList, isIP } from 'node:net';

/** The proxies that stand between the catalog and its brokers. */
export interface Proxies {
  /** For brokers at `http:` URLs. */
  http?: string;
  /** For brokers at `https:` URLs. */
  https?: string;
  /** Whether a broker at this URL is called directly all the same. */
  isDirect: (url: URL) => boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` as Go's net/http does and with it Service Catalog, so that a
 * Deployment that worked keeps working: capitals win over small letters, loopback is never proxied, `NO_PROXY` knows
 * networks and ports. Node's own reading of `NO_PROXY` knows neither networks nor loopback.
 *
 * @throws an Error that names the variable when one is no URL; its value may hold a password and is not repeated.
 */
export function readProxies(env: Environment): Proxies {
  const http = proxyUrl(env, 'HTTP_PROXY');
  const https = proxyUrl(env, 'HTTPS_PROXY');
  const rules = variable(env, 'NO_PROXY').split(',').map(ruleOf);
  return {
    ...(http === undefined ? {} : { http }),
    ...(https === undefined ? {} : { https }),
    isDirect: (url) => {
      const target = targetOf(url);
      return isLoopback(target.host) || rules.some((rule) => rule(target));
    },
  };
}

interface Target {
  /** In lower case, without the brackets of an IPv6 address. */
  host: string;
  port: string;
}

type Rule = (target: Target) => boolean;

function variable(env: Environment, name: string): string {
  const upper = env[name] ?? '';
  return upper === '' ? (env[name.toLowerCase()] ?? '') : upper;
}

function proxyUrl(env: Environment, name: string): string | undefined {
  const text = variable(env, name);
  if (text === '') return undefined;
  // A proxy may be named without a scheme.
  const url = text.includes('://') ? text : `http://${text}`;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new Error(
      `${name} is not the URL of a proxy: set it to one such as "http://proxy.example.com:3128"`,
    );
  }
  return url;
}

function targetOf({ hostname, port, protocol }: URL): Target {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return { host, port: port === '' ? (protocol === 'https:' ? '443' : '80') : port };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || within(LOOPBACK, host);
}

/** One entry of `NO_PROXY`: `*`, an address, a network, a name with its subdomains, or `.name` for these alone. */
function ruleOf(entry: string): Rule {
  const text = entry.trim().toLowerCase();
  if (text === '') return () => false;
  if (text === '*') return () => true;
  if (text.includes('/')) {
    const network = networkOf(text);
    return ({ host }) => network !== undefined && within(network, host);
  }
  const { host, port } = splitPort(text);
  const isPort = (target: Target): boolean => port === '' || port === target.port;
  if (isIP(host) !== 0) {
    const address = networkOf(`${host}/${isIP(host) === 6 ? 128 : 32}`);
    return (target) => address !== undefined && within(address, target.host) && isPort(target);
  }
  const name = host.replace(/^\*\./, '.');
  const suffix = name.startsWith('.') ? name : `.${name}`;
  return (target) => isPort(target) && (target.host.endsWith(suffix) || target.host === name);
}

function splitPort(text: string): { host: string; port: string } {
  const [, bracketed, bare, port = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
  return { host: bracketed ?? bare ?? text, port };
}

function networkOf(text: string): BlockList | undefined {
  const [address = '', bits = ''] = text.split('/');
  const version = isIP(address);
  const length = Number(bits);
  if (version === 0 || !/^\d+$/.test(bits) || length > (version === 6 ? 128 : 32)) return undefined;
  const list = new BlockList();
  list.addSubnet(address, length, version === 6 ? 'ipv6' : 'ipv4');
  return list;
}

function within(list: BlockList, host: string): boolean {
  const version = isIP(host);
  return version !== 0 && list.check(host, version === 6 ? 'ipv6' : 'ipv4');
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');
