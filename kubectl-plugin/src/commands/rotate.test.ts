import { describe, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { binding, failed, instance, ready } from '../testing/objects.js';
import { runPlugin, withPlatform } from '../testing/run-plugin.js';

const READY = ready('True', 'InjectedBindResult', 'Injected bind result');
const rotating = (reason: string, message: string): JsonObject => ({
  type: 'Rotating',
  status: 'True',
  reason,
  message,
});
const ASKED = '2026-01-01T00:02:00.000Z';
const answeredRequests = { rotate: ASKED };

describe('kubectl mesitis rotate', () => {
  const cluster = (...more: KubeObject[]): MemoryKube => {
    const kube = new MemoryKube();
    kube.seed(instance(), binding(), ...more);
    return kube;
  };
  const annotations = (kube: MemoryKube): unknown =>
    kube.objects().find(({ kind }) => kind === 'ServiceBinding')?.metadata.annotations;

  test('asks the platform, and ends when the successor is in the Secret', async () => {
    const kube = cluster();
    const platform = withPlatform(kube, {
      onPatch: () => [
        { conditions: [rotating('RotationInFlight', 'The broker is being asked'), READY], answeredRequests },
        {
          conditions: [READY],
          currentBindingID: 'new',
          predecessors: [{ id: 'old', unbindAt: '2026-01-01T01:02:00Z' }],
        },
      ],
    });
    const argv = ['rotate', 'api-service', '--overlap', '10m'];
    const { out, exitCode } = await runPlugin(argv, platform);
    expect(out).toBe(
      "binding 'api-service' has new credentials in Secret 'api-service'; the old ones end at 2026-01-01T01:02:00Z\n",
    );
    expect(exitCode).toBe(0);
    expect(annotations(kube)).toEqual({ 'mesitis/rotate': ASKED, 'mesitis/rotation-overlap': '10m' });
  });

  test('says why there is no successor yet when time is up', async () => {
    const platform = withPlatform(cluster(), {
      onPatch: () => [
        { conditions: [rotating('BindCallFailed', 'the broker is busy'), READY], answeredRequests },
      ],
    });
    const { err, exitCode } = await runPlugin(['rotate', 'api-service', '--timeout', '500ms'], platform);
    expect(err).toContain(
      "error: binding 'api-service' is not done after 500ms: the broker is busy; the platform",
    );
    expect(exitCode).toBe(1);
  });

  test('does not take an earlier rotation for this one', async () => {
    const earlier = { ...binding(), status: { conditions: [READY], currentBindingID: 'x' } };
    const kube = new MemoryKube();
    kube.seed(instance(), earlier);
    const { err } = await runPlugin(['rotate', 'api-service', '--timeout', '500ms'], kube);
    expect(err).toContain('is not done after 500ms: waiting for the platform');
  });

  test('need not wait', async () => {
    const { out } = await runPlugin(['rotate', 'api-service', '--no-wait'], cluster());
    expect(out).toBe("new credentials requested for binding 'api-service'\n");
  });

  test.each([
    [['other'], [], 1, "no binding 'other' in namespace client-ns"],
    [['api-service'], [binding('b', 'api-service')], 0, ''],
    [
      ['broken'],
      [binding('broken', 'x', [failed('BindCallFailed', 'no')])],
      1,
      "binding 'broken' failed: no",
    ],
    [
      ['api-service', '--overlap', 'soon'],
      [],
      2,
      "--overlap 'soon' is not a duration above 0: write 10m or 1h",
    ],
  ])('of %j beside %j ends with %i', async (words, more, exitCode, message) => {
    const kube = cluster(...more);
    const result = await runPlugin(['rotate', ...words, '--no-wait'], kube);
    expect(result.exitCode).toBe(exitCode);
    expect(result.err).toContain(message);
    if (exitCode !== 0) expect(annotations(kube)).toBeUndefined();
  });
});
