import type { Kube } from '@mesitis/kube';
import type { InstanceStore } from '../store/instance-store.js';

/**
 * Kills a broker, as far as the outside can tell: at the chosen write, to the cluster or to the store, before or after
 * it takes effect, everything that the broker waits for stops to answer, for good.
 */
export class CrashPoint {
  readonly #at: number;
  readonly #when: 'before' | 'after';
  #isArmed = false;
  #dead = false;
  #writes = 0;
  /** Resolves when it happened. */
  readonly happened: Promise<void>;
  #tell: () => void = () => undefined;

  /** @param at the write at which it happens, counted from 1 while it is armed; 0: never */
  constructor(at: number, when: 'before' | 'after') {
    this.#at = at;
    this.#when = when;
    this.happened = new Promise((resolve) => (this.#tell = resolve));
  }

  /** Whether it happened. */
  get hasHappened(): boolean {
    return this.#dead;
  }

  /** How many writes it has counted. */
  get writes(): number {
    return this.#writes;
  }

  /** From now on writes count. */
  arm(): void {
    this.#isArmed = true;
  }

  /** From now on nothing happens any more. */
  disarm(): void {
    this.#isArmed = false;
  }

  /** The same API server, for the broker that is to die. */
  kube(kube: Kube): Kube {
    return {
      get: (...args) => this.#unlessDead(() => kube.get(...args)),
      resourceOf: (...args) => this.#unlessDead(() => kube.resourceOf(...args)),
      list: (...args) => this.#unlessDead(() => kube.list(...args)),
      pages: (...args) => this.#eachUnlessDead(kube.pages(...args)),
      watch: (...args) => this.#eachUnlessDead(kube.watch(...args)),
      create: (...args) => this.#boundary(() => kube.create(...args)),
      update: (...args) => this.#boundary(() => kube.update(...args)),
      patch: (...args) => this.#boundary(() => kube.patch(...args)),
      apply: (...args) => this.#boundary(() => kube.apply(...args)),
      remove: (...args) => this.#boundary(() => kube.remove(...args)),
    };
  }

  /** The same store, for the broker that is to die. */
  store(store: InstanceStore): InstanceStore {
    return {
      keepsSecrets: store.keepsSecrets,
      get: (...args) => this.#unlessDead(() => store.get(...args)),
      put: (...args) => this.#boundary(() => store.put(...args)),
      delete: (...args) => this.#boundary(() => store.delete(...args)),
      list: (...args) => this.#eachUnlessDead(store.list(...args)),
      count: (...args) => this.#unlessDead(() => store.count(...args)),
      isAvailable: () => this.#unlessDead(() => store.isAvailable()),
      close: () => store.close(),
    };
  }

  async #boundary<Result>(act: () => Promise<Result>): Promise<Result> {
    if (this.#isArmed && !this.#dead) {
      this.#writes += 1;
      if (this.#writes === this.#at) {
        if (this.#when === 'after') await act();
        this.#dead = true;
        this.#tell();
      }
    }
    return this.#unlessDead(act);
  }

  /** The answer to what was asked before the crash is not heard after it. */
  async #unlessDead<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.hasHappened ? undefined : { value: await act() };
    return result === undefined || this.hasHappened ? new Promise<never>(() => undefined) : result.value;
  }

  async *#eachUnlessDead<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
    for await (const item of items) {
      if (this.#dead) return;
      yield item;
    }
  }
}
