import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { badRequest } from '@mesitis/kube/memory';
import { KubeError } from '@mesitis/kube';
import type { Api, Outcome } from './api.js';
import { PROTOBUF, decodeProtobuf } from './protobuf/decode.js';
import { failure } from './status.js';
import type { Answer } from './status.js';

/** The size of a request that real servers take. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;

/**
 * Carries one request to the API and its outcome back.
 *
 * @param closing fires when the server shuts down
 */
export async function respond(
  api: Api,
  request: IncomingMessage,
  response: ServerResponse,
  closing: AbortSignal,
): Promise<void> {
  const left = new AbortController();
  response.on('close', () => left.abort());
  const signal = AbortSignal.any([closing, left.signal]);
  const outcome = await outcomeOf(api, request, signal);
  if (outcome === 'cut') response.destroy();
  else if ('lines' in outcome) await stream(outcome.lines, response, signal);
  else send(outcome, response);
}

async function outcomeOf(api: Api, request: IncomingMessage, signal: AbortSignal): Promise<Outcome> {
  const { method = 'GET', url = '/', headers } = request;
  let body: unknown;
  let target: URL;
  try {
    target = new URL(url, 'http://sandbox');
    body = parsed(await bodyOf(request), headers['content-type']);
  } catch (error) {
    return failure(error);
  }
  const { pathname, searchParams } = target;
  return api.handle({ method, path: pathname, query: searchParams, headers, body, signal });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and dropped: a connection closed on a writing client would hide the answer.
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BODY_BYTES) {
    throw new KubeError('invalid', `Request entity too large: limit is ${MAX_BODY_BYTES}`, {
      status: 413,
      reason: 'RequestEntityTooLarge',
    });
  }
  return Buffer.concat(chunks);
}

function parsed(body: Buffer, contentType = ''): unknown {
  if (body.length === 0) return undefined;
  if (contentType.startsWith(PROTOBUF)) return decodeProtobuf(body);
  try {
    return JSON.parse(body.toString());
  } catch {
    throw badRequest('the request body is not JSON');
  }
}

function send({ status, body, headers = {} }: Answer, response: ServerResponse): void {
  const text = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

async function stream(
  lines: AsyncIterable<string>,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  // Clients wait for the head before the first event.
  response.flushHeaders();
  for await (const line of lines) {
    if (response.write(line)) continue;
    await once(response, 'drain', { signal }).catch(() => undefined);
  }
  response.end();
}
