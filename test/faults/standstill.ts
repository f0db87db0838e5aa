import type { Fate, ProxiedCall } from './api-server-proxy.js';

/** Whether a write is held before the API server sees it, or after it was carried out. */
export type When = 'before' | 'after';

/** Options of {@link Standstill}. */
export interface StandstillOptions {
  /** By instance, the write at which it is held, counted from 1. Infinity: never. */
  points: ReadonlyMap<string, number>;
  when: When;
  /** Called once every instance is held or finished, if one is held; its connections are cut when it resolves. */
  onStandstill: () => Promise<void>;
}

/**
 * Holds instances at chosen writes, each at its own, until all of them stand there. So one crash interrupts many
 * instances, each exactly between two of its writes: what comes behind the point is held too.
 */
export class Standstill {
  readonly #options: StandstillOptions;
  readonly #counts = new Map<string, number>();
  readonly #held = new Set<string>();
  readonly #finished = new Set<string>();
  readonly #over: Promise<void>;
  #end: (over: Promise<void>) => void = () => undefined;
  #isOver = false;

  constructor(options: StandstillOptions) {
    this.#options = options;
    this.#over = new Promise((resolve) => (this.#end = resolve));
  }

  /** The instances that were held. */
  get held(): ReadonlySet<string> {
    return this.#held;
  }

  /** How often an instance was written until the standstill. */
  writesOf(instance: string): number {
    return this.#counts.get(instance) ?? 0;
  }

  /** To be told of the instances whose operation ended, whether or not they were held. */
  finish(instance: string): void {
    this.#finished.add(instance);
    this.#check();
  }

  /** For the proxy. */
  decide({ instance, isWrite }: ProxiedCall): Fate {
    const point = instance === undefined ? undefined : this.#options.points.get(instance);
    if (this.#isOver || !isWrite || instance === undefined || point === undefined) return { kind: 'pass' };
    const count = this.writesOf(instance) + 1;
    this.#counts.set(instance, count);
    if (count < point) return { kind: 'pass' };
    const first = async (): Promise<void> => {
      if (count === point) this.#held.add(instance);
      this.#check();
      await this.#over;
    };
    return { kind: 'cut', when: count === point ? this.#options.when : 'before', first };
  }

  #check(): void {
    const instances = [...this.#options.points.keys()];
    const allStand = instances.every((instance) => this.#held.has(instance) || this.#finished.has(instance));
    if (!allStand || this.#isOver || this.#held.size === 0) return;
    this.#isOver = true;
    this.#end(this.#options.onStandstill());
  }
}
