import { describe, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { KubeError } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { changeObjects } from './change-objects.js';
import { marked } from './ownership.js';
import type { Work } from './provisioner.js';

function configMap(name: string, data: JsonObject, instanceId = 'i'): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: marked({ name, namespace: 'n' }, instanceId),
    data,
  };
}

const ref = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'n', name });

function work(signal = new AbortController().signal): Work & { told: string[] } {
  const told: string[] = [];
  return { instanceId: 'i', signal, progress: (text) => told.push(text), told };
}

/** What is in the cluster: names and data. */
function state(kube: MemoryKube): [string | undefined, unknown][] {
  return kube.objects().map(({ metadata, data }) => [metadata.name, data]);
}

/** The writes that are asked for from now on. */
function writesOf(kube: MemoryKube): string[] {
  const writes: string[] = [];
  kube.failNext(
    ({ verb, name }) => {
      if (['create', 'patch', 'remove'].includes(verb)) writes.push(`${verb} ${name ?? ''}`);
      return false;
    },
    new KubeError('unknown', 'never thrown'),
  );
  return writes;
}

const FROM = [[configMap('kept', { a: '1', b: '1' }), configMap('same', { a: '1' })], [configMap('old', {})]];
const TO = [[configMap('new', {}), configMap('kept', { a: '2' })], [configMap('same', { a: '1' })]];

describe('changing the objects of an instance', () => {
  test('creates, patches and removes, and asks for nothing that is there already', async () => {
    const kube = new MemoryKube();
    kube.seed(...FROM.flat());
    await kube.patch(ref('kept'), { type: 'merge', body: { data: { theirs: 'x' } } });
    const writes = writesOf(kube);
    const doing = work();
    await changeObjects(kube, FROM, TO, doing);
    expect(state(kube)).toEqual([
      ['kept', { a: '2', theirs: 'x' }],
      ['same', { a: '1' }],
      ['new', {}],
    ]);
    expect(writes).toEqual(['create new', 'patch kept', 'remove old']);
    expect(doing.told).toEqual(['changing ConfigMap n/new, ConfigMap n/kept']);
    writes.length = 0;
    await changeObjects(kube, FROM, TO, work());
    expect(writes).toEqual(['create new']);
  });

  test('goes back the same way', async () => {
    const kube = new MemoryKube();
    kube.seed(...FROM.flat());
    await changeObjects(kube, FROM, TO, work());
    await changeObjects(kube, TO, FROM, work());
    expect(state(kube)).toEqual([
      ['kept', { a: '1', b: '1' }],
      ['same', { a: '1' }],
      ['old', {}],
    ]);
  });

  test('that was refused goes back without the right that was lacking', async () => {
    const kube = new MemoryKube();
    kube.seed(...FROM.flat());
    kube.failNext('patch', new KubeError('forbidden', 'may not patch configmaps'), Infinity);
    await expect(changeObjects(kube, FROM, TO, work())).rejects.toMatchObject({
      code: 'ClusterRefused',
      message: expect.stringContaining('updating ConfigMap n/kept was refused: may not patch configmaps'),
    });
    await changeObjects(kube, TO, FROM, work());
    expect(state(kube)).toEqual([
      ['kept', { a: '1', b: '1' }],
      ['same', { a: '1' }],
      ['old', {}],
    ]);
  });

  test('makes again what vanished', async () => {
    const kube = new MemoryKube();
    await changeObjects(kube, [[configMap('a', { a: '1' })]], [[configMap('a', { a: '2' })]], work());
    expect(state(kube)).toEqual([['a', { a: '2' }]]);
  });

  test.each([
    ['another instance', configMap('kept', {}, 'other'), 'belongs to another instance'],
    [
      'nobody known',
      { ...configMap('kept', {}), metadata: { name: 'kept', namespace: 'n' } },
      'was not made by',
    ],
  ])('leaves alone what belongs to %s', async (_whose, object, message) => {
    const kube = new MemoryKube();
    const [seeded] = kube.seed(object);
    await expect(changeObjects(kube, FROM, TO, work())).rejects.toMatchObject({
      code: 'ObjectConflict',
      message: expect.stringContaining(message),
    });
    expect(await kube.get(ref('kept'))).toEqual(seeded);
  });

  test('does not patch what took the place of the object that it read', async () => {
    const kube = new MemoryKube();
    kube.seed(configMap('a', { a: '1' }));
    const patch = kube.patch.bind(kube);
    kube.patch = async (...call) => {
      await kube.remove(ref('a'));
      kube.seed(configMap('a', { a: '9' }, 'other'));
      return patch(...call);
    };
    await expect(
      changeObjects(kube, [[configMap('a', { a: '1' })]], [[configMap('a', { a: '2' })]], work()),
    ).rejects.toMatchObject({ code: 'ObjectConflict' });
    expect(state(kube)).toEqual([['a', { a: '9' }]]);
  });

  test('lets the others of a group settle before it fails, and goes no further', async () => {
    const kube = new MemoryKube();
    kube.failNext(({ verb, name }) => verb === 'create' && name === 'a', new KubeError('invalid', 'bad'));
    const groups = [[configMap('a', {}), configMap('b', {})], [configMap('c', {})]];
    await expect(changeObjects(kube, [], groups, work())).rejects.toMatchObject({ code: 'ClusterRefused' });
    expect(state(kube)).toEqual([['b', {}]]);
  });

  test('throws the reason of the signal', async () => {
    const reason = new Error('halted');
    await expect(changeObjects(new MemoryKube(), [], TO, work(AbortSignal.abort(reason)))).rejects.toBe(
      reason,
    );
  });

  test('takes an object in another version of its API for the same', async () => {
    const kube = new MemoryKube();
    const thing = (version: string): KubeObject => ({
      ...configMap('a', {}),
      apiVersion: `x.io/${version}`,
      kind: 'Thing',
    });
    kube.seed(thing('v1'));
    await changeObjects(kube, [[thing('v1')]], [[thing('v2')]], work());
    expect(kube.objects()).toHaveLength(1);
  });
});
