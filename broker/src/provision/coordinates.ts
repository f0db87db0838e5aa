import type { Json, KubeObject } from '@mesitis/kube';
import { isJsonObject, member } from '../json.js';

/** One entry of the OSB `endpoints` (osb.md 1.6 B6). Ports are strings there. */
export interface Endpoint {
  host: string;
  ports: string[];
  protocol?: 'udp';
}

/** Where consumers reach what was provisioned. */
export interface Coordinates {
  uri: string;
  host: string;
  /** Absent when nothing tells it. */
  port?: number;
  endpoints: Endpoint[];
}

/** One port of a Service, as far as coordinates go. */
export interface ServicePort {
  port: number;
  name?: string;
  protocol?: string;
  appProtocol?: string;
}

/** The schemes that a port's name is taken for, with the port that a URL without one means. */
const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([
  ['http', 80],
  ['https', 443],
  ['ws', 80],
  ['wss', 443],
  ['grpc', 443],
  ['ftp', 21],
  ['ssh', 22],
  ['sftp', 22],
  ['ldap', 389],
  ['ldaps', 636],
  ['mqtt', 1883],
  ['mqtts', 8883],
  ['nats', 4222],
  ['amqp', 5672],
  ['amqps', 5671],
  ['kafka', 9092],
  ['redis', 6379],
  ['rediss', 6379],
  ['memcached', 11211],
  ['mysql', 3306],
  ['mariadb', 3306],
  ['postgres', 5432],
  ['postgresql', 5432],
  ['mongodb', 27017],
  ['cassandra', 9042],
  ['elasticsearch', 9200],
]);

/** The values of `appProtocol` that Kubernetes itself defines and that are no URI schemes. */
const KUBERNETES_PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ['kubernetes.io/h2c', 'http'],
  ['kubernetes.io/ws', 'ws'],
  ['kubernetes.io/wss', 'wss'],
]);

/** A URI scheme (RFC 3986 section 3.1). */
const SCHEME = /^[a-z][a-z0-9+.-]*$/;

/** The DNS name of a Service inside the cluster. */
export function serviceHost(name: string, namespace: string, clusterDomain: string): string {
  return `${name}.${namespace}.svc.${clusterDomain}`;
}

/** The coordinates of a URL: the port is the URL's own or its scheme's. @throws TypeError when it is not a URL */
export function coordinatesOfUrl(url: string): Coordinates {
  const { protocol, hostname, port: written } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const port = written === '' ? DEFAULT_PORTS.get(protocol.slice(0, -1)) : Number(written);
  if (port === undefined || host === '') return { uri: url, host, endpoints: [] };
  return { uri: url, host, port, endpoints: [{ host, ports: [String(port)] }] };
}

/** The coordinates of a Service port; the endpoints name all ports of the Service. */
export function coordinatesOfService(
  host: string,
  port: ServicePort,
  ports: readonly ServicePort[],
): Coordinates {
  return {
    uri: `${schemeOf(port)}://${host}:${port.port}`,
    host,
    port: port.port,
    endpoints: endpointsOf(host, ports),
  };
}

/** The coordinates of a host of which no port is known. */
export function coordinatesOfHost(host: string): Coordinates {
  return { uri: `tcp://${host}`, host, endpoints: [] };
}

function endpointsOf(host: string, ports: readonly ServicePort[]): Endpoint[] {
  const udp = ports.filter(({ protocol }) => protocol === 'UDP');
  const tcp = ports.filter((port) => !udp.includes(port));
  const numbers = (some: readonly ServicePort[]): string[] => some.map(({ port }) => String(port));
  return [
    ...(tcp.length === 0 ? [] : [{ host, ports: numbers(tcp) }]),
    ...(udp.length === 0 ? [] : [{ host, ports: numbers(udp), protocol: 'udp' as const }]),
  ];
}

/**
 * The scheme of a Service port: its appProtocol, else its name (or the part before the first dash, as in `http-admin`)
 * when that is a scheme people use, else what the well-known port says, else plain `tcp` or `udp`.
 */
export function schemeOf({ port, name = '', protocol, appProtocol = '' }: ServicePort): string {
  const application = appProtocol.toLowerCase();
  const declared = KUBERNETES_PROTOCOLS.get(application) ?? application;
  if (SCHEME.test(declared)) return declared;
  for (const word of [name, name.split('-', 1)[0] ?? '']) if (DEFAULT_PORTS.has(word)) return word;
  if (protocol === 'UDP') return 'udp';
  if (port === 443) return 'https';
  return port === 80 ? 'http' : 'tcp';
}

/** The ports of a Service as it was written or read; whatever is not a port is passed over. */
export function portsOf(service: KubeObject): ServicePort[] {
  const spec = service['spec'];
  const ports = isJsonObject(spec) ? member(spec, 'ports') : undefined;
  return Array.isArray(ports) ? ports.flatMap(toServicePort) : [];
}

function toServicePort(value: Json): ServicePort[] {
  if (!isJsonObject(value)) return [];
  const port = member(value, 'port');
  if (typeof port !== 'number') return [];
  const text = (key: 'name' | 'protocol' | 'appProtocol'): Partial<ServicePort> => {
    const found = member(value, key);
    return typeof found === 'string' ? { [key]: found } : {};
  };
  return [{ port, ...text('name'), ...text('protocol'), ...text('appProtocol') }];
}
