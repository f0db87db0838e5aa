import { afterAll, beforeAll, describe } from '@jest/globals';
import { isKubeError } from '../errors.js';
import type { Kube } from '../port.js';
import { describeApply } from './apply.js';
import { describeCreate } from './create.js';
import { NOTE, NOTE_DEFINITION } from './custom-kind.js';
import type { ContractServer } from './fixture.js';
import { PATIENCE_MS } from './fixture.js';
import { describePatch } from './patch.js';
import { describeRead } from './read.js';
import { describeRemove } from './remove.js';
import { describeUpdate } from './update.js';
import { describeWatch } from './watch.js';

export type { ContractServer } from './fixture.js';

/**
 * Registers the behaviours that every implementation of the port shares and consumers rely on. The suite defines a
 * kind of its own and takes the definition away again; everything else lies in the namespace.
 *
 * @param title what is under test
 * @param connect called once; `close` is called after the last test
 */
export function describeKubeContract(title: string, connect: () => Promise<ContractServer>): void {
  describe(title, () => {
    let server: ContractServer | undefined;
    beforeAll(async () => {
      server = await connect();
      await defineNotes(server.kube, server.namespace);
    }, PATIENCE_MS);
    afterAll(async () => {
      const { apiVersion, kind, metadata } = NOTE_DEFINITION;
      await server?.kube.remove({ apiVersion, kind, name: metadata.name ?? '' });
      await server?.close();
    }, PATIENCE_MS);
    const connected = (): ContractServer => {
      if (server === undefined) throw new Error('The contract is not connected yet.');
      return server;
    };
    describeRead(connected);
    describeCreate(connected);
    describeUpdate(connected);
    describePatch(connected);
    describeApply(connected);
    describeRemove(connected);
    describeWatch(connected);
  });
}

/** Defines the kind and asks for it until it is served: a real server takes a moment. */
async function defineNotes(kube: Kube, namespace: string): Promise<void> {
  await kube.create(NOTE_DEFINITION);
  const deadline = Date.now() + PATIENCE_MS / 2;
  for (;;) {
    try {
      await kube.list({ ...NOTE, namespace });
      return;
    } catch (error) {
      if (!isKubeError(error, 'not-found') || Date.now() > deadline) throw error;
    }
  }
}
