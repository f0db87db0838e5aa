import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { binding, instance, ready } from '../testing/objects.js';
import { runPlugin, withPlatform } from '../testing/run-plugin.js';

const guarded = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, finalizers: ['kubernetes-incubator/service-catalog'] },
});

describe('kubectl mesitis deprovision', () => {
  const cluster = (...objects: KubeObject[]): MemoryKube => {
    const kube = new MemoryKube();
    kube.seed(instance(), ...objects);
    return kube;
  };

  test('deletes the instance once the answer is yes, and waits until it is gone', async () => {
    const kube = cluster();
    const { out, exitCode, questions } = await runPlugin(['deprovision', 'api-service'], kube, {
      answer: true,
    });
    expect(questions).toEqual([
      'This deletes instance api-service in namespace client-ns with everything that was made for it. Go on?',
    ]);
    expect(out).toBe("instance 'api-service' is gone\n");
    expect(exitCode).toBe(0);
    expect(kube.objects()).toEqual([]);
  });

  test('deletes nothing when the answer is no', async () => {
    const kube = cluster();
    const { err, exitCode } = await runPlugin(['deprovision', 'api-service'], kube, { answer: false });
    expect(err).toBe('error: nothing was deleted\n');
    expect(exitCode).toBe(1);
    expect(kube.objects()).toHaveLength(1);
  });

  test('never asks when standard input is no terminal', async () => {
    const kube = cluster();
    const { err, exitCode } = await runPlugin(['deprovision', 'api-service'], kube);
    expect(err).toBe(
      'error: nobody is there to ask: add --yes to delete without a question; see kubectl mesitis deprovision --help\n',
    );
    expect(exitCode).toBe(2);
    expect(kube.objects()).toHaveLength(1);
  });

  test('refuses while the instance is bound, and names the bindings', async () => {
    const kube = cluster(binding('web'), binding('batch'), binding('x', 'other'));
    const { err, exitCode } = await runPlugin(['deprovision', 'api-service', '--yes'], kube);
    expect(err).toBe(
      "error: instance 'api-service' is in use by bindings batch, web: kubectl mesitis unbind batch, or add --cascade to unbind first\n",
    );
    expect(exitCode).toBe(1);
    expect(kube.objects()).toHaveLength(4);
  });

  test('unbinds first with --cascade, and deletes the instance only when the bindings are gone', async () => {
    const kube = cluster(guarded(binding('web')));
    const order: string[] = [];
    const platform = withPlatform(kube, {
      onRemove: async (ref) => {
        order.push(ref.kind);
        const patch = { type: 'merge', body: { metadata: { finalizers: null } } } as const;
        if (ref.kind === 'ServiceBinding') await kube.patch(ref, patch);
        order.push(`${ref.kind} handled`);
      },
    });
    const argv = ['deprovision', 'api-service', '--cascade', '-y'];
    const { out, exitCode } = await runPlugin(argv, platform);
    expect(out).toBe("instance 'api-service' is gone\n");
    expect(exitCode).toBe(0);
    expect(order.slice(0, 2)).toEqual(['ServiceBinding', 'ServiceBinding handled']);
    expect(kube.objects()).toEqual([]);
  });

  test('says what the platform is waiting for when it does not go in time', async () => {
    const failure = ready('Unknown', 'DeprovisionCallFailed', 'Deprovision call failed: the broker is down');
    const kube = new MemoryKube();
    kube.seed(guarded(instance('api-service', [failure])));
    const argv = ['deprovision', 'api-service', '--yes', '--timeout=300ms'];
    const { err, exitCode } = await runPlugin(argv, kube);
    expect(err).toContain(
      "instance 'api-service': trying again: Deprovision call failed: the broker is down\n",
    );
    expect(err).toContain("error: instance 'api-service' is not done after 300ms: Deprovision call failed");
    expect(exitCode).toBe(1);
  });
});
