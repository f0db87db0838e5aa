import { realpath } from 'node:fs/promises';

/** How often files that change while they are read are read again. */
const ATTEMPTS = 5;

/**
 * Reads files that belong together as they were at one moment. The kubelet renews a mounted Secret by pointing the link
 * `..data` to another folder, and what is read on both sides of that fits nowhere.
 *
 * @param paths what is behind these must be the same before and after
 * @throws what `read` throws, and an Error when the files change all the time
 */
export async function readTogether<Value>(
  paths: readonly string[],
  read: () => Promise<Value>,
): Promise<Value> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await behind(paths);
    const outcome = await settle(read());
    // A file that is gone in the middle is no failure when there is a new one.
    if (before === (await behind(paths))) {
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    }
    if (attempt === ATTEMPTS) throw new Error('the files change while they are read');
  }
}

async function behind(paths: readonly string[]): Promise<string> {
  const real = await Promise.all(paths.map((path) => realpath(path).catch(() => 'nothing')));
  return real.join('\n');
}

async function settle<Value>(work: Promise<Value>): Promise<{ value: Value } | { error: unknown }> {
  try {
    return { value: await work };
  } catch (error) {
    return { error };
  }
}
