import { describe, expect, test } from '@jest/globals';
import { MemoryKube } from '@mesitis/kube/memory';
import { binding, instance } from '../testing/objects.js';
import { runPlugin } from '../testing/run-plugin.js';

describe('kubectl mesitis unbind', () => {
  const cluster = (...names: string[]): MemoryKube => {
    const kube = new MemoryKube();
    kube.seed(instance(), ...names.map((name) => binding(name)));
    return kube;
  };
  const left = (kube: MemoryKube): (string | undefined)[] =>
    kube.objects().flatMap(({ kind, metadata }) => (kind === 'ServiceBinding' ? [metadata.name] : []));

  test('deletes the binding and waits until it is gone', async () => {
    const kube = cluster('one', 'two');
    const { out, exitCode } = await runPlugin(['unbind', 'one'], kube);
    expect(out).toBe("binding 'one' is gone, and with it Secret 'one'\n");
    expect(exitCode).toBe(0);
    expect(left(kube)).toEqual(['two']);
  });

  test('takes the name of an instance with one binding', async () => {
    const kube = cluster('reporting');
    expect((await runPlugin(['unbind', 'api-service', '--no-wait'], kube)).out).toBe(
      "binding 'reporting' is being deleted\n",
    );
    expect(left(kube)).toEqual([]);
  });

  test('does not guess which of several bindings was meant', async () => {
    const kube = cluster('b', 'a', 'c');
    const { err, exitCode } = await runPlugin(['unbind', 'api-service'], kube);
    expect(err).toBe("error: instance 'api-service' has several bindings: unbind a, b or c\n");
    expect(exitCode).toBe(1);
    expect(left(kube)).toHaveLength(3);
  });

  test('explains that there is no such binding', async () => {
    const { err, exitCode } = await runPlugin(['unbind', 'reportin'], cluster('reporting'));
    expect(err).toBe("error: no binding 'reportin' in namespace client-ns; did you mean reporting?\n");
    expect(exitCode).toBe(1);
  });
});
