import type { Kube } from '@mesitis/kube';
import type { OsbTransport } from '../osb/osb.js';

/**
 * Lets writes and calls to brokers pass while this process may act. What comes later never settles, as if the process
 * had died just before: the one that takes over finds what a crash would have left, and goes on from there. Reads
 * always pass: whoever stands by reads too.
 */
export function fencedKube(kube: Kube, mayAct: () => boolean): Kube {
  const pass = passWhile(mayAct);
  return {
    get: (...args) => kube.get(...args),
    list: (...args) => kube.list(...args),
    pages: (...args) => kube.pages(...args),
    watch: (...args) => kube.watch(...args),
    resourceOf: (...args) => kube.resourceOf(...args),
    create: (...args) => pass(() => kube.create(...args)),
    update: (...args) => pass(() => kube.update(...args)),
    patch: (...args) => pass(() => kube.patch(...args)),
    apply: (...args) => pass(() => kube.apply(...args)),
    remove: (...args) => pass(() => kube.remove(...args)),
  };
}

/** The same for calls to brokers; an answer that comes too late is dropped as well. See {@link fencedKube}. */
export function fencedSend(send: OsbTransport, mayAct: () => boolean): OsbTransport {
  const pass = passWhile(mayAct);
  return async (...args) => {
    const result = await pass(() => send(...args));
    return pass(() => Promise.resolve(result));
  };
}

function passWhile(mayAct: () => boolean): <Result>(act: () => Promise<Result>) => Promise<Result> {
  return (act) => (mayAct() ? act() : new Promise<never>(() => undefined));
}
