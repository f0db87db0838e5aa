import type { Kube } from '@mesitis/kube';
import type { OsbTransport } from '../osb/osb.js';

/**
 * Kills a controller, as far as the outside can tell: at the chosen write or broker call, before or after it takes
 * effect, everything that the controller waits for stops to answer, for good.
 */
export class CrashPoint {
  #left: number;
  readonly #when: 'before' | 'after';
  #dead = false;
  /** Resolves when it happened. */
  readonly happened: Promise<void>;
  #tell: () => void = () => undefined;

  /** `at` counts writes and broker calls from 1. */
  constructor(at: number, when: 'before' | 'after') {
    this.#left = at;
    this.#when = when;
    this.happened = new Promise((resolve) => (this.#tell = resolve));
  }

  /** The same API server, for the controller that is to die. */
  kube(kube: Kube): Kube {
    return {
      get: (...args) => this.#unlessDead(() => kube.get(...args)),
      resourceOf: (...args) => this.#unlessDead(() => kube.resourceOf(...args)),
      list: (...args) => this.#unlessDead(() => kube.list(...args)),
      pages: (...args) => kube.pages(...args),
      watch: (...args) => kube.watch(...args),
      create: (...args) =>
        // Events are told behind everyone's back, so they would make the count depend on chance.
        args[0].kind === 'Event' ? kube.create(...args) : this.#boundary(() => kube.create(...args)),
      update: (...args) => this.#boundary(() => kube.update(...args)),
      patch: (...args) => this.#boundary(() => kube.patch(...args)),
      apply: (...args) => this.#boundary(() => kube.apply(...args)),
      remove: (...args) => this.#boundary(() => kube.remove(...args)),
    };
  }

  /** The same brokers, for the controller that is to die. */
  send(send: OsbTransport): OsbTransport {
    return (...args) => this.#boundary(() => send(...args));
  }

  async #boundary<Result>(act: () => Promise<Result>): Promise<Result> {
    this.#left -= 1;
    if (this.#left === 0) {
      // A call that is refused is a step too.
      if (this.#when === 'after' && !this.#dead) await act().catch(() => undefined);
      this.#dead = true;
      this.#tell();
    }
    return this.#unlessDead(act);
  }

  #unlessDead<Result>(act: () => Promise<Result>): Promise<Result> {
    return this.#dead ? new Promise<never>(() => undefined) : act();
  }
}
