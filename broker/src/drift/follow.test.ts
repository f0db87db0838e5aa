import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { KubeError } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { Follow } from './follow.js';

const QUERY = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'n' };
const configMap = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'n' },
});

function follow(kube: MemoryKube) {
  const told: string[] = [];
  const listeners = new Set<() => void>();
  const tell = (text: string): void => {
    told.push(text);
    listeners.forEach((listener) => listener());
  };
  const nameOf = ({ metadata }: KubeObject): string => metadata.name ?? '';
  const following = new Follow({
    kube,
    query: QUERY,
    onObject: (object) => tell(nameOf(object)),
    onDeleted: (object) => tell(`-${nameOf(object)}`),
    onPassBegun: () => tell('('),
    onPassEnded: () => tell(')'),
    onError: (error) => tell(error instanceof Error ? error.message : 'unknown'),
    backoff: () => 1,
    delay: async () => Promise.resolve(),
    now: () => 0,
  });
  const heard = async (...texts: string[]): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (told.join(' ').includes(texts.join(' '))) resolve();
      };
      listeners.add(look);
      look();
    });
  return { following, told, heard };
}

describe('following', () => {
  test('tells everything there is and then what changes', async () => {
    const kube = new MemoryKube();
    kube.seed(configMap('a'), configMap('b'));
    const { following, told, heard } = follow(kube);
    await heard('(', 'a', 'b', ')');
    kube.seed(configMap('c'));
    await kube.remove({ ...QUERY, name: 'a' });
    await heard('c', '-a');
    await following.stop();
    kube.seed(configMap('d'));
    expect(told).toEqual(['(', 'a', 'b', ')', 'c', '-a']);
  });

  test('goes on after a watch that ended, without another pass', async () => {
    const kube = new MemoryKube();
    const { following, told, heard } = follow(kube);
    await heard('(', ')');
    kube.seed(configMap('a'));
    await heard('a');
    kube.server.store.endWatches();
    kube.seed(configMap('b'));
    await heard('a', 'b');
    await following.stop();
    expect(told).toEqual(['(', ')', 'a', 'b']);
  });

  test('begins anew after a watch that told nothing: the server may have gone back to an earlier state', async () => {
    const kube = new MemoryKube();
    const { following, told, heard } = follow(kube);
    await heard('(', ')');
    kube.seed(configMap('a'));
    await heard('a');
    kube.server.store.endWatches();
    // Into the watch that follows, which ends in silence.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    kube.server.store.endWatches();
    await heard('(', 'a', ')');
    await following.stop();
    expect(told.slice(0, 3)).toEqual(['(', ')', 'a']);
  });

  test('begins anew after a version that is too old, and after any failure, which it tells', async () => {
    const kube = new MemoryKube();
    kube.failNext('watch', new KubeError('gone', 'too old'));
    kube.failNext('watch', new KubeError('unavailable', 'no connection'));
    kube.failNext('pages', new KubeError('forbidden', 'may not list'));
    kube.seed(configMap('a'));
    const { following, heard } = follow(kube);
    await heard('(', 'may not list', '(', 'a', ')', '(', 'a', ')', 'no connection', '(', 'a', ')');
    kube.seed(configMap('b'));
    await heard(')', 'b');
    await following.stop();
  });
});
