import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** The responses that a server has not finished, and what becomes of their connections. */
export class OpenResponses {
  readonly #open = new Set<ServerResponse>();
  #closing = false;

  /** To be called with each response before anybody answers. */
  add(response: ServerResponse): void {
    this.#open.add(response);
    response.once('close', () => this.#open.delete(response));
    if (this.#closing) closeAfter(response);
  }

  /** Whether an answer is on its way over this connection. */
  isAnswering(socket: Duplex): boolean {
    return [...this.#open].some((response) => response.socket === socket && response.headersSent);
  }

  /** Resolves when there is none. */
  async none(): Promise<void> {
    while (this.#open.size > 0) {
      await Promise.all(
        [...this.#open].map((response) => new Promise((resolve) => response.once('close', resolve))),
      );
    }
  }

  /** From now on every answer ends its connection, and says so. */
  closeConnections(): void {
    this.#closing = true;
    for (const response of this.#open) closeAfter(response);
  }
}

/** An answer that is on its way can't say so any more; its connection is closed when the server stops. */
function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
