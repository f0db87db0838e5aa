import { expect, test } from '@jest/globals';
import { readProxies } from './proxies.js';

test('reads both spellings, capitals first, and takes a proxy without a scheme', () => {
  expect(readProxies({})).not.toHaveProperty('http');
  expect(readProxies({ http_proxy: 'p:1', HTTPS_PROXY: 'http://q', https_proxy: 'http://r' })).toMatchObject({
    http: 'http://p:1',
    https: 'http://q',
  });
  expect(readProxies({ HTTP_PROXY: '', http_proxy: 'http://low' }).http).toBe('http://low');
});

test.each(['socks5://user:secret@p:1', 'http://user:secret@p:nonsense'])(
  'refuses %s and does not repeat it',
  (text) => {
    expect(() => readProxies({ https_proxy: text })).toThrow(
      'HTTPS_PROXY is not the URL of a proxy: set it to one such as "http://proxy.example.com:3128"',
    );
  },
);

test.each([
  ['', 'http://broker.ns.svc', false],
  ['', 'http://localhost:8080', true],
  ['', 'http://127.1.2.3', true],
  ['', 'http://[::1]:80', true],
  ['', 'http://localhost.example.com', false],
  ['*', 'http://a', true],
  ['svc', 'http://broker.ns.svc', true],
  [' .svc , x', 'http://broker.ns.svc', true],
  ['.example.com', 'http://example.com', false],
  ['example.com', 'http://example.com', true],
  ['example.com', 'http://EXAMPLE.com', true],
  ['example.com', 'http://an-example.com', false],
  ['*.example.com', 'http://a.example.com', true],
  ['*.example.com', 'http://example.com', false],
  ['example.com:8080', 'http://example.com', false],
  ['example.com:80', 'http://example.com', true],
  ['example.com:443', 'https://example.com', true],
  ['10.0.0.0/8', 'http://10.20.30.40', true],
  ['10.0.0.0/8', 'http://11.20.30.40', false],
  ['10.0.0.0/99,nonsense/8', 'http://10.20.30.40', false],
  ['10.1.1.1', 'http://10.1.1.1:9', true],
  ['10.1.1.1:80', 'http://10.1.1.1:9', false],
  ['fd00::/8', 'http://[fd00::1]', true],
  ['[fd00::1]:80', 'http://[fd00::1]', true],
  ['fd00::1', 'http://[fd00::1]', true],
] as const)('with NO_PROXY "%s" calls %s directly: %s', (noProxy, url, direct) => {
  expect(readProxies({ NO_PROXY: noProxy }).isDirect(new URL(url))).toBe(direct);
});
