import { describe, expect, test } from '@jest/globals';
import { createLogger } from '../log.js';
import { followFiles } from './follow-files.js';

/** Follows a value that the test sets; `look` resolves when it has been looked at again. */
async function followed(first: () => string) {
  const source = { read: first };
  const changes: string[] = [];
  const lines: Record<string, unknown>[] = [];
  let notify = (): void => undefined;
  const files = await followFiles({
    what: 'words',
    folders: ['/a'],
    read: () => new Promise<string>((resolve) => resolve(source.read())),
    describe: (value) => ({ length: value.length }),
    onChange: (value) => changes.push(value),
    logger: createLogger({ write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) }),
    pollMs: 3_600_000,
    watcher: (_folder, onEvent) => {
      notify = onEvent;
      return { close: () => undefined };
    },
  });
  const look = async (read: () => string): Promise<void> => {
    source.read = read;
    notify();
    await new Promise((resolve) => setImmediate(resolve));
  };
  await new Promise((resolve) => setImmediate(resolve));
  return { files, look, changes, lines };
}

const broken = (message: string) => (): string => {
  throw new Error(message);
};

describe('followed files', () => {
  test('must be good at first', async () => {
    await expect(followed(broken('no such file'))).rejects.toThrow('no such file');
  });

  test('are replaced by a good new value, and by nothing else', async () => {
    const { files, look, changes } = await followed(() => 'old');
    expect(files.current()).toBe('old');
    await look(() => 'newer');
    expect(files.current()).toBe('newer');
    await look(broken('half written'));
    expect(files.current()).toBe('newer');
    await look(() => 'newest');
    expect(files.current()).toBe('newest');
    expect(changes).toEqual(['newer', 'newest']);
    files.stop();
  });

  test('are logged when they change and when they can not be used, once, and never quoted', async () => {
    const { files, look, lines } = await followed(() => 'secret-1');
    await look(() => 'secret-1');
    await look(() => 'secret-22');
    await look(broken('half written'));
    await look(broken('half written'));
    await look(() => 'secret-22');
    await look(broken('half written'));
    expect(lines.map(({ msg, what, length }) => [msg, what, length])).toEqual([
      ['files loaded', 'words', 8],
      ['files loaded', 'words', 9],
      ['files not usable, what was loaded before stays in force', 'words', undefined],
      ['files not usable, what was loaded before stays in force', 'words', undefined],
    ]);
    expect(JSON.stringify(lines)).not.toContain('secret-');
    files.stop();
  });
});
