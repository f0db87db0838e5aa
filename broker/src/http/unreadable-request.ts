import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** What Node's parser calls the failures that deserve a sentence of their own. */
const FAILURES: ReadonlyMap<string, { status: number; description: string }> = new Map([
  // Not 431: Service Catalog repeats every other 4xx for ever (osb.md 4.1).
  ['HPE_HEADER_OVERFLOW', { status: 400, description: 'the headers are too large' }],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', { status: 400, description: 'the chunk extensions are too large' }],
  ['ERR_HTTP_REQUEST_TIMEOUT', { status: 408, description: 'the request was not complete in time' }],
]);

const MALFORMED = { status: 400, description: 'this is no HTTP request' };

/**
 * Answers what is no request: malformed, with headers that are too large, or never finished. There is no request object
 * and no log line for it, so the answer is written as text.
 *
 * @param code what Node calls it
 * @param answering whether the answer to an earlier request is on its way, which must not be cut into
 */
export function answerUnreadable(code: string | undefined, socket: Duplex, answering: boolean): void {
  // What fails below HTTP, a TLS handshake say, has nobody who could read an answer.
  if (answering || !socket.writable || !/^(HPE|ERR_HTTP)_/.test(code ?? '')) {
    socket.destroy();
    return;
  }
  const { status, description } = FAILURES.get(code ?? '') ?? MALFORMED;
  const body = JSON.stringify({ error: 'MalformedRequest', description });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
