import { describe, expect, test } from '@jest/globals';
import type { HelmRelease } from '../provision/provisioner.js';
import { helmFailure, saysNotFound } from './helm-failure.js';

const RELEASE: HelmRelease = {
  name: 'db-1',
  namespace: 'api-ns',
  chart: 'database',
  version: '1.2.3',
  values: { password: 'hunter2-hunter2', nested: [{ fullname: 'db-1', port: 54321 }] },
};

const failureOf = (...stderr: string[]): { code: string; message: string } =>
  helmFailure({ code: 1, stderr }, 'installing the Helm release api-ns/db-1', RELEASE);

const DOING = 'installing the Helm release api-ns/db-1 failed: ';

describe('what helm says becomes', () => {
  test.each<[string, string[], string]>([
    [
      'NotReady',
      [
        'Error: INSTALLATION FAILED: resource Deployment/api-ns/db-1 not ready. status: InProgress, message: Available: 0/1',
        'resource Namespace//x not ready. status: InProgress, message: y',
        'resource Pod/api-ns/z not ready. status: Unknown, message: ',
        'context deadline exceeded',
      ],
      'Deployment api-ns/db-1: Available: 0/1; Namespace x: y; Pod api-ns/z: Unknown',
    ],
    [
      'DeprovisionIncomplete',
      [
        'Error: uninstallation completed with 1 error(s): resource ConfigMap/api-ns/db-1 still exists. status: Terminating, message: Resource scheduled for deletion',
        'context deadline exceeded',
      ],
      'uninstallation completed with 1 error(s): ConfigMap api-ns/db-1: Resource scheduled for deletion; ask again',
    ],
    [
      'ClusterUnavailable',
      [
        'Error: INSTALLATION FAILED: cluster reachability check failed: kubernetes cluster unreachable: Get "https://10.0.0.1/version": dial tcp 10.0.0.1:443: connect: connection refused',
      ],
      'cluster reachability check failed: kubernetes cluster unreachable: Get "https://10.0.0.1/version": dial tcp 10.0.0.1:443: connect: connection refused',
    ],
    [
      'ClusterRefused',
      [
        'level=DEBUG msg="uninstall: Failed to delete release" error="[services \\"db-1\\" is forbidden: User \\"b\\" cannot delete resource \\"services\\"]"',
        'Error: failed to delete release: db-1',
      ],
      '[services "db-1" is forbidden: User "b" cannot delete resource "services"]; ask the provider to give the broker that right, or to correct the offering',
    ],
    [
      'ObjectConflict',
      [
        'Error: INSTALLATION FAILED: unable to continue with install: ConfigMap "a" in namespace "api-ns" exists and cannot be imported into the current release: invalid ownership metadata',
      ],
      'unable to continue with install: ConfigMap "a" in namespace "api-ns" exists and cannot be imported into the current release: invalid ownership metadata; it is left alone: ask the provider to name the objects of the chart by its release',
    ],
    [
      'ReleaseFailed',
      ['Error: INSTALLATION FAILED: Get "https://a.example/x.tgz": dial tcp: lookup a.example: no such host'],
      'Get "https://a.example/x.tgz": dial tcp: lookup a.example: no such host',
    ],
    [
      'OfferingMisconfigured',
      [
        "Error: INSTALLATION FAILED: values don't meet the specifications of the schema(s) in the following chart(s):",
        'database:',
        "- at '/port': got string, want integer",
        '',
      ],
      "values don't meet the specifications of the schema(s) in the following chart(s): database: - at '/port': got string, want integer; ask the provider to correct the values of the offering or the chart",
    ],
    [
      'OfferingMisconfigured',
      ['Error: INSTALLATION FAILED: failed to fetch https://a.example/x.tgz : 404 Not Found'],
      'failed to fetch https://a.example/x.tgz : 404 Not Found; ask the provider to correct the chart of the offering',
    ],
    [
      'OfferingMisconfigured',
      ['Error: UPGRADE FAILED: parse error at (x/templates/a.yaml:2): unclosed action'],
      'parse error at (x/templates/a.yaml:2): unclosed action; ask the provider to correct the chart of the offering',
    ],
    ['ReleaseFailed', ['Error: something new.'], 'something new'],
    ['ReleaseFailed', ['no prefix at all'], 'no prefix at all'],
    ['ReleaseFailed', [], 'helm ended with code 1'],
  ])('%s', (code, stderr, message) => {
    expect(failureOf(...stderr)).toMatchObject({ code, message: `${DOING}${message}` });
  });
});

test.each([
  ['values', 'Error: bad hunter2-hunter2', 'bad [hidden]'],
  ['values in base64', 'Error: bad aHVudGVyMi1odW50ZXIy', 'bad [hidden]'],
  ['numbers of the values', 'Error: bad 54321', 'bad [hidden]'],
  [
    'what the API server quotes',
    'Error: spec.x: Invalid value: "a \\"quoted\\" s3cret": must be, spec.y: Invalid value: 7: no',
    'spec.x: Invalid value: [hidden]: must be, spec.y: Invalid value: [hidden]: no',
  ],
  [
    'excerpts of the object',
    'Error: cannot be handled, error found in #10 byte of ...|"a":"s3cret"|...',
    'cannot be handled',
  ],
  ['user info', 'Error: bad https://me:s3cret@a.example/x', 'bad https://a.example/x'],
  ['signatures of URLs', 'Error: bad "https://a.example/x?sig=s3cret"', 'bad "https://a.example/x"'],
  [
    'tokens',
    'Error: bad Bearer s3cret and eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl',
    'bad Bearer [hidden] and [hidden]',
  ],
])('%s are taken out of the message', (_what, line, message) => {
  expect(failureOf(line).message).toBe(`${DOING}${message}`);
});

test('what is not ready in time is told with the time that it had', () => {
  const stderr = [
    'Error: resource Pod/api-ns/db-1 not ready. status: InProgress, message: Pod phase not available',
  ];
  const { message } = helmFailure({ code: 1, stderr }, 'doing', { ...RELEASE, waitSeconds: 5 });
  expect(message).toBe('doing failed: Pod api-ns/db-1: Pod phase not available; not ready within 5 s');
});

test('the names of the release stay, although they are values too, and no message is endless', () => {
  expect(failureOf('Error: bad db-1').message).toBe(`${DOING}bad db-1`);
  expect(failureOf(`Error: ${'x'.repeat(2000)}`).message).toHaveLength(DOING.length + 500);
});

test('a helm that was killed is told, with what that may mean', () => {
  const { code, message } = helmFailure({ signal: 'SIGKILL', stderr: ['Error: x'] }, 'doing', RELEASE);
  expect(code).toBe('ReleaseFailed');
  expect(message).toBe('doing failed: helm was ended by SIGKILL, perhaps for lack of memory');
});

test('a release that is not there is told from other failures', () => {
  expect(saysNotFound({ stderr: ['Error: release: not found'] })).toBe(true);
  expect(saysNotFound({ stderr: ['Error: namespaces "x" not found'] })).toBe(false);
});
