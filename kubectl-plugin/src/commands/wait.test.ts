import { describe, expect, test } from '@jest/globals';
import { MemoryKube } from '@mesitis/kube/memory';
import { bindingRef, instanceRef } from '../lib/service-catalog.js';
import { binding, failed, instance, ready } from '../testing/objects.js';
import { runPlugin, type RunResult } from '../testing/run-plugin.js';

const PENDING = [ready('False', 'ProvisionRequestInFlight', 'Provision request in-flight to the broker')];
const cluster = (): MemoryKube => {
  const kube = new MemoryKube();
  kube.seed(
    instance('slow', PENDING),
    instance('done'),
    instance('broken', [failed('ClusterServiceBrokerReturnedFailure', 'no')]),
    binding('done', 'done', [ready('False', 'ErrorInstanceNotReady', 'not yet')]),
    binding('only', 'done'),
  );
  return kube;
};

/** Runs the command, and does something to the cluster once it watches. */
async function waiting(argv: string[], then: (kube: MemoryKube) => Promise<unknown>): Promise<RunResult> {
  const kube = cluster();
  const started = Promise.withResolvers<undefined>();
  const run = runPlugin(['wait', ...argv], {
    get: (ref, options) => kube.get(ref, options),
    list: (query, options) => kube.list(query, options),
    create: (object, options) => kube.create(object, options),
    patch: (ref, patch, options) => kube.patch(ref, patch, options),
    remove: (ref, options) => kube.remove(ref, options),
    resourceOf: (type, options) => kube.resourceOf(type, options),
    watch: (query, version, options) => {
      started.resolve(undefined);
      return kube.watch(query, version, options);
    },
  });
  await started.promise;
  await then(kube);
  return run;
}

describe('kubectl mesitis wait', () => {
  test('ends when the instance becomes ready', async () => {
    const result = await waiting(['slow'], (kube) =>
      kube.patch(
        instanceRef('client-ns', 'slow'),
        { type: 'merge', body: { status: { conditions: [ready('True', 'ProvisionedSuccessfully')] } } },
        { subresource: 'status' },
      ),
    );
    expect(result).toMatchObject({ out: "instance 'slow' is ready\n", exitCode: 0 });
  });

  test.each([['deleted'], ['delete']])('ends with --for=%s when it is gone', async (word) => {
    const result = await waiting(['binding/done', `--for=${word}`], (kube) =>
      kube.remove(bindingRef('client-ns', 'done')),
    );
    expect(result).toMatchObject({ out: "binding 'done' is gone\n", exitCode: 0 });
  });

  test.each([
    ['done', [], "instance 'done' is ready\n"],
    ['instance/done', ['--for=condition=Ready'], "instance 'done' is ready\n"],
    ['only', [], "binding 'only' is ready\n"],
    ['nothing', ['--for=deleted'], "instance 'nothing' is gone\n"],
    ['binding/nothing', ['--for=delete'], "binding 'nothing' is gone\n"],
  ])('ends at once for %s %j', async (name, flags, out) => {
    expect(await runPlugin(['wait', name, ...flags], cluster())).toMatchObject({ out, err: '', exitCode: 0 });
  });

  test.each([
    ['slow', ['--timeout', '500ms'], 1, "instance 'slow' is not done after 500ms: waiting for the broker"],
    [
      'binding/done',
      ['--timeout=500ms'],
      1,
      "binding 'done' is not done after 500ms: waiting for the instance",
    ],
    [
      'done',
      ['--for=deleted', '--timeout=500ms'],
      1,
      "instance 'done' is still there after 500ms: nobody has asked to delete it; kubectl mesitis deprovision done does",
    ],
    ['broken', [], 1, "instance 'broken' failed: no"],
    ['don', [], 1, "no instance 'don' in namespace client-ns; did you mean done?"],
    ['binding/onl', [], 1, "no binding 'onl' in namespace client-ns; did you mean only?"],
    ['done', ['--timeout', '-1'], 2, "--timeout '-1' is not a duration above 0"],
    ['done', ['--for=x'], 2, 'expected --for=x to be one of: ready, deleted'],
  ])('says of %s %j why not, with exit code %i', async (name, flags, exitCode, message) => {
    const result = await runPlugin(['wait', name, ...flags], cluster());
    expect(result.err).toContain(`error: ${message}`);
    expect(result).toMatchObject({ out: '', exitCode });
  });

  test('prints the object for programs', async () => {
    const { out } = await runPlugin(['wait', 'done', '-o', 'name'], cluster());
    expect(out).toBe('serviceinstance.servicecatalog.k8s.io/done\n');
  });
});
