import { describe, expect, test } from '@jest/globals';
import type { ServicePort } from './coordinates.js';
import {
  coordinatesOfHost,
  coordinatesOfService,
  coordinatesOfUrl,
  portsOf,
  schemeOf,
} from './coordinates.js';

describe('the scheme of a Service port', () => {
  test.each<[string, ServicePort]>([
    ['mysql', { port: 80, appProtocol: 'mysql', name: 'http' }],
    ['https', { port: 80, appProtocol: 'HTTPS' }],
    ['http', { port: 5000, appProtocol: 'kubernetes.io/h2c' }],
    ['wss', { port: 5000, appProtocol: 'kubernetes.io/wss' }],
    ['redis', { port: 5000, appProtocol: 'example.com/own', name: 'redis' }],
    ['postgresql', { port: 5432, name: 'postgresql' }],
    ['grpc', { port: 443, name: 'grpc' }],
    ['amqp', { port: 5000, name: 'amqp-main' }],
    ['https', { port: 443, name: 'main' }],
    ['http', { port: 80 }],
    ['tcp', { port: 8080, name: 'main' }],
    ['udp', { port: 53, protocol: 'UDP', name: 'dns' }],
  ])('is %s for %j', (scheme, port) => {
    expect(schemeOf(port)).toBe(scheme);
  });
});

describe('coordinates', () => {
  test.each([
    ['https://api.example.com/v1?a=b', 'api.example.com', 443],
    ['http://api.example.com:8080', 'api.example.com', 8080],
    ['postgresql://db.example.com/main', 'db.example.com', 5432],
    ['https://[2001:db8::1]:8443/', '2001:db8::1', 8443],
  ])('of the URL %s', (uri, host, port) => {
    expect(coordinatesOfUrl(uri)).toEqual({ uri, host, port, endpoints: [{ host, ports: [String(port)] }] });
  });

  test('of a URL whose port nobody knows have none', () => {
    expect(coordinatesOfUrl('own://h/x')).toEqual({ uri: 'own://h/x', host: 'h', endpoints: [] });
  });

  test('of a Service name one port and list all, by protocol', () => {
    const ports = [{ port: 80 }, { port: 53, protocol: 'UDP' }, { port: 81, protocol: 'TCP' }];
    expect(coordinatesOfService('h', { port: 81 }, ports)).toEqual({
      uri: 'tcp://h:81',
      host: 'h',
      port: 81,
      endpoints: [
        { host: 'h', ports: ['80', '81'] },
        { host: 'h', ports: ['53'], protocol: 'udp' },
      ],
    });
  });

  test('of a bare host', () => {
    expect(coordinatesOfHost('h')).toEqual({ uri: 'tcp://h', host: 'h', endpoints: [] });
  });
});

test.each([
  [
    { spec: { ports: [{ port: 80, name: 'http', protocol: 'TCP', nodePort: 30000 }, { port: 'x' }, null] } },
    1,
  ],
  [{ spec: { ports: {} } }, 0],
  [{ spec: [] }, 0],
  [{}, 0],
])('the ports of a Service like %j are %d', (service, count) => {
  const ports = portsOf({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, ...service });
  expect(ports).toEqual([{ port: 80, name: 'http', protocol: 'TCP' }].slice(0, count));
});
