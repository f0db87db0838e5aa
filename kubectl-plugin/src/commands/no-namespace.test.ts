import { describe, expect, test } from '@jest/globals';
import { KubeError, type KubeObject, type ObjectRef } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import type { PluginKube } from '../context.js';
import { clusterOffering } from '../testing/objects.js';
import { runPlugin } from '../testing/run-plugin.js';

const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

function cluster(): MemoryKube {
  const kube = new MemoryKube();
  kube.seed(namespace('team-blue'), namespace('payments'), ...clusterOffering());
  return kube;
}

/** The same, for someone who may not look at namespaces. */
function secretive(): PluginKube {
  const kube = cluster();
  const get = kube.get.bind(kube);
  return Object.assign(kube, {
    get: (ref: ObjectRef) =>
      ref.kind === 'Namespace' ? Promise.reject(new KubeError('forbidden', 'no')) : get(ref),
  });
}

describe('a namespace that does not exist', () => {
  const commands = [
    ['catalog'],
    ['catalog', 'api-service'],
    ['provision', 'api-service'],
    ['status'],
    ['status', 'mine'],
    ['consumers'],
    ['consumers', 'api-service'],
    ['bind', 'mine'],
    ['secret', 'mine'],
    ['unbind', 'mine'],
  ];

  test.each(commands)('is why nothing is found: %s %s', async (...argv) => {
    const result = await runPlugin([...argv, '-n', 'team-bleu'], cluster());
    expect(result).toMatchObject({
      out: '',
      err: "error: there is no namespace 'team-bleu'; did you mean team-blue?\n",
      exitCode: 3,
    });
  });

  test('has no likely name', async () => {
    const { err } = await runPlugin(['status', '-n', 'nowhere'], cluster());
    expect(err).toBe("error: there is no namespace 'nowhere'; choose another with -n, or have it created\n");
  });

  test('is not asked for where something is found, or of all namespaces', async () => {
    const kube = cluster();
    kube.seed(...clusterOffering({ offering: 'open', whitelist: ['*'] }));
    expect((await runPlugin(['catalog', '-n', 'nowhere'], kube)).out).toContain('api-open');
    expect((await runPlugin(['status', '-A', '-n', 'nowhere'], kube)).exitCode).toBe(0);
  });

  test('is as an empty one to those who may not look at namespaces', async () => {
    expect(await runPlugin(['status', '-n', 'nowhere'], secretive())).toMatchObject({
      err: 'Nothing is provisioned in namespace nowhere: see kubectl mesitis catalog for what there is.\n',
      exitCode: 0,
    });
  });
});
