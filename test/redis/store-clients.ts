import type { OpenStore, StoreConfig } from '@mesitis/broker/store';
import { openStore } from '@mesitis/broker/store';

/** The most clients of one place that the store contract asks for. */
const CLIENTS = 4;

/** Clients of the same records, made beforehand because the contract takes them at once. */
export async function storeClients(config: StoreConfig): Promise<() => OpenStore> {
  const reports = { onUnreadable: () => undefined, onWarning: () => undefined };
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => openStore(config, reports)));
  return () => {
    const client = clients.pop();
    if (client === undefined) throw new Error(`The contract asks for more than ${CLIENTS} clients.`);
    return client;
  };
}
