import { expect, test } from '@jest/globals';
import type { NetworkInterfaceInfo } from 'node:os';
import { webhookHosts } from './webhook-hosts.js';

const address = (text: string, internal = false): NetworkInterfaceInfo => ({
  address: text,
  family: 'IPv4',
  internal,
  netmask: '255.255.255.0',
  mac: '00:00:00:00:00:00',
  cidr: null,
});

const INTERFACES = {
  lo: [address('127.0.0.1', true)],
  eth0: [address('192.0.2.7'), { ...address('2001:db8::7'), family: 'IPv6' as const, scopeid: 0 }],
  docker0: [address('172.17.0.1')],
};

test('a local API server is tried at the loopback interface first, then from outside, as from a container', () => {
  expect(webhookHosts('https://127.0.0.1:6443', INTERFACES)).toEqual([
    '127.0.0.1',
    '192.0.2.7',
    '172.17.0.1',
  ]);
});

test('an API server elsewhere can only come from outside', () => {
  expect(webhookHosts('https://api.example.com', INTERFACES)).toEqual(['192.0.2.7', '172.17.0.1']);
});
