import { describe, expect, it } from '@jest/globals';
import { KubeError } from './errors.js';
import type { Kube, KubeList, KubeObject, ListQuery, WatchEvent } from './port.js';
import { MemoryKube } from './memory/index.js';
import { startOutlineCache, startWatchCache } from './watch-cache.js';
import type { CacheChange, WatchCache } from './watch-cache.js';

type Step = { list: KubeObject[]; at: string } | { events: WatchEvent[]; lasting?: number } | { fail: Error };

const query: ListQuery = { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: 'mesitis/kind' };

/** A ConfigMap whose version and, unless given, uid follow from its name. */
function object(name: string, resourceVersion: string, uid = `uid-of-${name}`): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'ns', name, uid, resourceVersion } };
}

function event(type: WatchEvent['type'], name: string, resourceVersion: string): WatchEvent {
  return { type, object: object(name, resourceVersion) };
}

/**
 * A server that answers calls step by step, whatever is asked, and then lets a watch hang. `asked` notes the calls,
 * `waited` the delays; `done` resolves when all steps are used up.
 */
class ScriptedServer implements Pick<Kube, 'list' | 'watch'> {
  readonly asked: string[] = [];
  readonly waited: number[] = [];
  readonly done: Promise<void>;
  readonly #steps: Step[];
  #finish: () => void = () => undefined;
  #now = 0;

  constructor(...steps: Step[]) {
    this.#steps = steps;
    this.done = new Promise((resolve) => (this.#finish = resolve));
  }

  readonly now = (): number => this.#now;
  readonly delay = (milliseconds: number): Promise<void> => {
    this.waited.push(milliseconds);
    return Promise.resolve();
  };

  list(asked: ListQuery): Promise<KubeList> {
    this.asked.push('list');
    expect(asked).toEqual(query);
    const step = this.#steps.shift();
    if (step !== undefined && 'fail' in step) return Promise.reject(step.fail);
    if (step === undefined || !('list' in step)) throw new Error('The script has no list here.');
    return Promise.resolve({ items: step.list, resourceVersion: step.at });
  }

  async *watch(
    asked: ListQuery,
    version: string,
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncGenerator<WatchEvent> {
    this.asked.push(`watch ${version}`);
    expect(asked).toEqual(query);
    const step = this.#steps.shift();
    if (step === undefined) {
      this.#finish();
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      return;
    }
    if ('fail' in step) throw step.fail;
    if (!('events' in step)) throw new Error('The script has no watch here.');
    yield* step.events;
    this.#now += step.lasting ?? 60_000;
  }
}

/** Runs a cache through the script and stops it. */
async function run(
  server: ScriptedServer,
): Promise<{ cache: WatchCache; changes: string[]; errors: unknown[] }> {
  const changes: string[] = [];
  const errors: unknown[] = [];
  const cache = startWatchCache(server, {
    query,
    onChange: (change) => changes.push(inWords(change)),
    onError: (error) => errors.push(error),
    backoff: (failures) => failures,
    delay: server.delay,
    now: server.now,
  });
  await server.done;
  await cache.stop();
  return { cache, changes, errors };
}

function inWords({ type, object: { metadata }, previous }: CacheChange): string {
  const from = previous === undefined ? '' : ` from ${previous.metadata.resourceVersion ?? ''}`;
  return `${type} ${metadata.name ?? ''} ${metadata.resourceVersion ?? ''}${from}`;
}

function names(cache: WatchCache): string[] {
  return cache.items().map(({ metadata }) => `${metadata.name ?? ''} ${metadata.resourceVersion ?? ''}`);
}

describe('a watch cache', () => {
  it('lists, then watches from the version of the list', async () => {
    const server = new ScriptedServer(
      { list: [object('a', '1'), object('b', '2')], at: '5' },
      { events: [event('MODIFIED', 'a', '6'), event('ADDED', 'c', '7'), event('DELETED', 'b', '8')] },
    );
    const { cache, changes, errors } = await run(server);
    expect(server.asked).toEqual(['list', 'watch 5', 'watch 8']);
    expect(changes).toEqual([
      'added a 1',
      'added b 2',
      'modified a 6 from 1',
      'added c 7',
      'deleted b 8 from 2',
    ]);
    expect(names(cache)).toEqual(['a 6', 'c 7']);
    expect(cache.get('a', 'ns')).toEqual(object('a', '6'));
    expect(cache.get('a')).toBeUndefined();
    expect(errors).toEqual([]);
  });

  it('is synced after the first list, its objects told', async () => {
    const server = new ScriptedServer({ list: [object('a', '1')], at: '5' });
    const changes: CacheChange[] = [];
    const cache = startWatchCache(server, {
      query,
      onChange: (change) => changes.push(change),
      now: () => 1234,
    });
    expect([cache.isSynced(), cache.lastSyncedAt]).toEqual([false, undefined]);
    await cache.synced;
    expect([cache.isSynced(), cache.lastSyncedAt]).toEqual([true, 1234]);
    expect(changes).toHaveLength(1);
    await cache.stop();
  });

  it('resumes a watch that was closed from the last version it saw, bookmarks included, without a new list', async () => {
    const server = new ScriptedServer(
      { list: [], at: '5' },
      { events: [event('ADDED', 'a', '6'), event('BOOKMARK', '', '9')] },
      { events: [event('BOOKMARK', '', '9')] },
      { events: [event('MODIFIED', 'a', '10')] },
    );
    const { changes } = await run(server);
    expect(server.asked).toEqual(['list', 'watch 5', 'watch 9', 'watch 9', 'watch 10']);
    expect(server.waited).toEqual([]);
    expect(changes).toEqual(['added a 6', 'modified a 10 from 6']);
  });

  it('waits longer and longer while watches are closed at once', async () => {
    const closed: Step = { events: [event('BOOKMARK', '', '5')], lasting: 10 };
    const server = new ScriptedServer(
      { list: [], at: '5' },
      closed,
      closed,
      closed,
      { ...closed, lasting: 9000 },
      closed,
    );
    await run(server);
    expect(server.waited).toEqual([1, 2, 3, 1]);
  });

  it('lists again after a watch that told nothing at all: versions may have started anew', async () => {
    const server = new ScriptedServer(
      { list: [object('a', '100')], at: '100' },
      { events: [] },
      { list: [object('b', '2')], at: '5' },
    );
    const { changes } = await run(server);
    expect(server.asked).toEqual(['list', 'watch 100', 'list', 'watch 5']);
    expect(changes).toEqual(['added a 100', 'deleted a 100 from 100', 'added b 2']);
  });

  it('lists again when the version is too old, and tells what was deleted and replaced meanwhile', async () => {
    const server = new ScriptedServer(
      {
        list: [object('gone', '1'), object('kept', '2'), object('changed', '3'), object('new', '4')],
        at: '5',
      },
      { fail: new KubeError('gone', 'too old resource version') },
      { list: [object('kept', '2'), object('changed', '9'), object('new', '8', 'another uid')], at: '20' },
    );
    const { cache, changes, errors } = await run(server);
    expect(server.asked).toEqual(['list', 'watch 5', 'list', 'watch 20']);
    expect(changes.slice(4)).toEqual([
      'deleted gone 1 from 1',
      'modified changed 9 from 3',
      'deleted new 4 from 4',
      'added new 8',
    ]);
    expect(names(cache)).toEqual(['kept 2', 'changed 9', 'new 8']);
    expect(errors).toEqual([]);
  });

  it('survives a server that is away for a while', async () => {
    const away = new KubeError('unavailable', 'connection refused');
    const server = new ScriptedServer(
      { fail: away },
      { fail: away },
      { list: [object('a', '1')], at: '5' },
      { events: [event('MODIFIED', 'a', '6')] },
      { fail: away },
      { fail: away },
      // Restored from a backup: versions start again.
      { list: [object('a', '1')], at: '2' },
    );
    const { cache, errors } = await run(server);
    expect(server.asked).toEqual(['list', 'list', 'list', 'watch 5', 'watch 6', 'list', 'list', 'watch 2']);
    expect(server.waited).toEqual([1, 2, 1, 2]);
    expect(errors).toEqual([away, away, away, away]);
    expect(names(cache)).toEqual(['a 1']);
  });

  it('goes on when a handler throws, and reports it', async () => {
    const server = new ScriptedServer({ list: [object('a', '1'), object('b', '2')], at: '5' });
    const mistake = new Error('a mistake in the handler');
    const errors: unknown[] = [];
    const cache = startWatchCache(server, {
      query,
      onChange: () => {
        throw mistake;
      },
      onError: (error) => {
        errors.push(error);
        throw new Error('a mistake in the reporter');
      },
    });
    await server.done;
    await cache.stop();
    expect(errors).toEqual([mistake, mistake]);
    expect(names(cache)).toEqual(['a 1', 'b 2']);
  });

  it('tells nothing any more once it is stopped, and ends the wait between attempts', async () => {
    const failures: unknown[] = [];
    let waiting: () => void = () => undefined;
    const waits = new Promise<void>((resolve) => (waiting = resolve));
    const server = new ScriptedServer({ fail: new KubeError('forbidden', 'no') });
    const cache = startWatchCache(server, {
      query,
      onError: (error) => failures.push(error),
      delay: (_, signal) => {
        waiting();
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
      },
    });
    await waits;
    await cache.stop();
    await cache.stop();
    await expect(cache.synced).rejects.toThrow('stopped before its first list');
    expect(failures).toHaveLength(1);
    expect(server.asked).toEqual(['list']);
  });

  it('does not report its own stop as an error', async () => {
    const errors: unknown[] = [];
    const server: Pick<Kube, 'list' | 'watch'> = {
      list: (_, { signal } = {}) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')));
        }),
      watch: () => {
        throw new Error('There is nothing to watch yet.');
      },
    };
    const cache = startWatchCache(server, { query, onError: (error) => errors.push(error) });
    await cache.stop();
    expect(errors).toEqual([]);
  });
});

describe('an outline cache', () => {
  it('keeps and tells only what matters, however much there is besides', async () => {
    const kube = new MemoryKube();
    const configMap = (name: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'ns', name, labels: { a: 'b' }, annotations: { large: 'x'.repeat(1000) } },
      data: { large: 'x'.repeat(1000) },
    });
    for (let index = 0; index < 1200; index += 1) kube.seed(configMap(`foreign-${index}`));
    kube.seed(configMap('ours'));
    const changes: string[] = [];
    const cache = startOutlineCache(kube, {
      query: { apiVersion: 'v1', kind: 'ConfigMap' },
      keeps: ({ metadata }) => metadata.name === 'ours',
      onChange: ({ type, object: { metadata } }) => changes.push(`${type} ${metadata.name ?? ''}`),
    });
    await cache.synced;
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns' };
    await kube.remove({ ...ref, name: 'foreign-1' });
    await kube.remove({ ...ref, name: 'ours' });
    while (changes.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(changes).toEqual(['added ours', 'deleted ours']);
    kube.seed(configMap('ours'));
    while (changes.length < 3) await new Promise((resolve) => setImmediate(resolve));
    const [kept, ...others] = cache.items();
    await cache.stop();
    expect(others).toEqual([]);
    expect(Object.keys(kept ?? {})).toEqual(['apiVersion', 'kind', 'metadata']);
    expect(Object.keys(kept?.metadata ?? {})).toEqual([
      'name',
      'namespace',
      'uid',
      'resourceVersion',
      'labels',
    ]);
  });
});
