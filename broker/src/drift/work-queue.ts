/** What is to be looked at of one instance. */
export type Scope<Key> = ReadonlySet<Key> | 'all';

/**
 * Remembers which instances are to be looked at and lets a few workers do so: one at a time for each instance, in the
 * order of arrival, and what comes several times in between is done once.
 */
export class WorkQueue<Key> {
  readonly #pending = new Map<string, Set<Key> | 'all'>();
  readonly #active = new Map<string, Promise<void>>();
  readonly #work: (instanceId: string, scope: Scope<Key>) => Promise<void>;
  readonly #workers: number;
  #isStopped = false;

  /** @param work must not reject */
  constructor(workers: number, work: (instanceId: string, scope: Scope<Key>) => Promise<void>) {
    this.#workers = workers;
    this.#work = work;
  }

  /** Without a key: the whole instance. */
  add(instanceId: string, key?: Key): void {
    const pending = this.#pending.get(instanceId);
    if (key === undefined) this.#pending.set(instanceId, 'all');
    else if (pending === undefined) this.#pending.set(instanceId, new Set([key]));
    else if (pending !== 'all') pending.add(key);
    this.#next();
  }

  forget(instanceId: string): void {
    this.#pending.delete(instanceId);
  }

  /** Begins nothing any more; resolves when what runs is done. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#pending.clear();
    await Promise.all(this.#active.values());
  }

  #firstIdle(): string | undefined {
    for (const id of this.#pending.keys()) if (!this.#active.has(id)) return id;
    return undefined;
  }

  #next(): void {
    while (!this.#isStopped && this.#active.size < this.#workers) {
      const id = this.#firstIdle();
      if (id === undefined) return;
      const scope = this.#pending.get(id) ?? 'all';
      this.#pending.delete(id);
      const done = this.#work(id, scope).finally(() => {
        this.#active.delete(id);
        this.#next();
      });
      this.#active.set(id, done);
    }
  }
}
