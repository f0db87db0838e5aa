import type { KubeObject } from '../port.js';
import { tooOldVersion } from './api-errors.js';

/** One stored change, as watches see it. */
export interface HistoryEntry {
  /** The kind it is about, as the store keys it. */
  readonly kindKey: string;
  readonly previous: KubeObject | undefined;
  readonly object: KubeObject;
  readonly gone: boolean;
}

/** The most recent changes, one to a version, and the means to wait for the next. */
export class History {
  readonly #limit: number;
  #entries: HistoryEntry[] = [];
  /** The version before the first entry: watches can go on from here, older changes are forgotten. */
  #oldest = 1;
  #waiters: (() => void)[] = [];

  /** @param limit how many changes are remembered */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The version of the newest change. */
  get version(): number {
    return this.#oldest + this.#entries.length;
  }

  /** Adds the change that makes the next version. */
  add(entry: HistoryEntry): void {
    this.#entries.push(entry);
    this.#forget(this.#entries.length - this.#limit);
    this.wake();
  }

  /**
   * The change that follows a version; undefined when it is still to come.
   *
   * @throws KubeError `gone` when it is no longer remembered
   */
  after(version: number): HistoryEntry | undefined {
    if (version < this.#oldest) throw tooOldVersion(version, this.#oldest);
    return this.#entries[version - this.#oldest];
  }

  /** Forgets all changes. */
  compact(): void {
    this.#forget(this.#entries.length);
  }

  /** Settles at the next change or {@link wake}. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Lets everyone who waits look again. */
  wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    waiters.forEach((resolve) => resolve());
  }

  #forget(count: number): void {
    if (count <= 0) return;
    this.#entries = this.#entries.slice(count);
    this.#oldest += count;
  }
}
