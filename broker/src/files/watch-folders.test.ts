import { afterEach, describe, expect, test } from '@jest/globals';
import { SecretMount } from '../testing/secret-mount.js';
import type { FolderWatcher } from './watch-folders.js';
import { watchFolders } from './watch-folders.js';

const HOUR = 3_600_000;
const stops: (() => unknown)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A watcher whose events the test makes. */
function manual(): { watcher: FolderWatcher; folders: string[]; event: () => void; closed: () => number } {
  const folders: string[] = [];
  let notify = (): void => undefined;
  let closed = 0;
  return {
    folders,
    event: () => notify(),
    closed: () => closed,
    watcher: (folder, onEvent) => {
      folders.push(folder);
      notify = onEvent;
      return { close: () => (closed += 1) };
    },
  };
}

/** Counts calls; each one resolves when the test says so. */
function gated(): { onChange: () => Promise<void>; calls: () => number; finish: () => Promise<void> } {
  let calls = 0;
  let release = (): void => undefined;
  return {
    calls: () => calls,
    onChange: async () => {
      calls += 1;
      await new Promise<void>((resolve) => (release = resolve));
    },
    finish: async () => {
      release();
      // What follows a call runs in microtasks; all of them are done before the next immediate.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('watching folders', () => {
  test('many events during one look make one further look', async () => {
    const { watcher, event } = manual();
    const { onChange, calls, finish } = gated();
    stops.push(watchFolders({ folders: ['/a'], onChange, pollMs: HOUR, watcher }));
    expect(calls()).toBe(1);
    event();
    event();
    expect(calls()).toBe(1);
    await finish();
    expect(calls()).toBe(2);
    await finish();
    expect(calls()).toBe(2);
    event();
    expect(calls()).toBe(3);
  });

  test('a look that fails is followed by others', async () => {
    const { watcher, event } = manual();
    let calls = 0;
    const onChange = (): Promise<void> => {
      calls += 1;
      return Promise.reject(new Error('no'));
    };
    stops.push(watchFolders({ folders: ['/a'], onChange, pollMs: HOUR, watcher }));
    await new Promise((resolve) => setImmediate(resolve));
    event();
    expect(calls).toBe(2);
  });

  test('each folder is watched once, until the end', () => {
    const { watcher, folders, closed } = manual();
    watchFolders({ folders: ['/a', '/b', '/a'], onChange: gated().onChange, pollMs: HOUR, watcher })();
    expect([folders, closed()]).toEqual([['/a', '/b'], 2]);
  });

  test('without any event it looks from time to time', async () => {
    const second = Promise.withResolvers<undefined>();
    let calls = 0;
    const onChange = (): Promise<void> => {
      calls += 1;
      if (calls === 3) second.resolve(undefined);
      return Promise.resolve();
    };
    const stop = watchFolders({ folders: ['/nowhere'], onChange, pollMs: 1 });
    await second.promise;
    stop();
  });

  test('a Secret that the kubelet renews is noticed', async () => {
    const mount = await SecretMount.make({ a: '1' });
    const looked = Promise.withResolvers<undefined>();
    const noticed = Promise.withResolvers<undefined>();
    let replaced = false;
    const onChange = (): Promise<void> => {
      if (replaced) noticed.resolve(undefined);
      looked.resolve(undefined);
      return Promise.resolve();
    };
    stops.push(watchFolders({ folders: [mount.folder], onChange, pollMs: HOUR }), () => mount.remove());
    await looked.promise;
    replaced = true;
    await mount.replace({ a: '2' });
    await noticed.promise;
  });
});
