import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request as tlsRequest } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { ClusterEndpoint } from '../cluster/kubeconfig.js';

/** A request on its way to the API server. */
export interface ProxiedCall {
  method: string;
  /** Without the query. */
  path: string;
  /** The object's name, or the last part of the path where the request is about several. */
  name: string;
  /** The instance that the object is part of, or the record of, as far as a body has told by its mark. */
  instance?: string;
  isWatch: boolean;
  /** Whether it changes something that lasts: no review, no Event. */
  isWrite: boolean;
}

/** What becomes of a request. */
export type Fate =
  | { kind: 'pass' }
  /** Forwarded after so many milliseconds. */
  | { kind: 'late'; ms: number }
  /** Forwarded, and the connection ends so many milliseconds after the answer began, whatever of it has come. */
  | { kind: 'broken'; afterMs: number }
  /** Answered in place of the API server, which never sees it. */
  | { kind: 'answer'; status: number; reason: string; headers?: Record<string, string> }
  /** The connection ends without an answer, before the API server sees the request or after it has carried it out. */
  | { kind: 'cut'; when: 'before' | 'after'; first?: () => Promise<void> };

/** What the API server has answered to a request that was forwarded. */
export interface ProxiedAnswer extends ProxiedCall {
  status: number;
}

/** Options of {@link startApiServerProxy}. */
export interface ApiServerProxyOptions {
  /** Of the real API server, certificate authority inline. */
  endpoint: ClusterEndpoint;
  /** Decides about each request. Default: all pass. */
  decide?: (call: ProxiedCall) => Fate;
}

/** Something between clients and the API server that can make trouble. Speaks plain HTTP to the clients. */
export interface ApiServerProxy {
  readonly url: string;
  decide: (call: ProxiedCall) => Fate;
  /** The writes that the API server has answered, in order. */
  readonly writes: readonly ProxiedAnswer[];
  close: () => Promise<void>;
}

/** What lasts nobody: questions to the authorizer, and what is told behind everyone's back. */
const PASSING = /\/(subjectaccessreviews|selfsubjectaccessreviews|tokenreviews|events)(\/|$)/;

/** Starts a proxy on a free port. Watches are streamed. */
export async function startApiServerProxy(options: ApiServerProxyOptions): Promise<ApiServerProxy> {
  const { endpoint } = options;
  const target = new URL(endpoint.server);
  const ca = Buffer.from(String(endpoint['certificate-authority-data']), 'base64');
  const agent = new Agent({ keepAlive: true, ca });
  const writes: ProxiedAnswer[] = [];
  // A deletion does not say whose the object is. Names are the instance's alone.
  const instances = new Map<string, string>();
  const clients = new Set<Socket>();

  const forward = async (
    incoming: IncomingMessage,
    body: Buffer,
    answered: ServerResponse,
  ): Promise<IncomingMessage> => {
    const outgoing = tlsRequest(new URL(incoming.url ?? '/', target), {
      method: incoming.method ?? 'GET',
      headers: { ...incoming.headers, host: target.host },
      agent,
    });
    // A client that went away ends its watch.
    answered.once('close', () => outgoing.destroy());
    outgoing.end(body);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return response;
  };

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await bodyOf(incoming);
    const call = callOf(incoming, body, instances);
    const fate = proxy.decide(call);
    if (fate.kind === 'answer') {
      answer(outgoing, fate);
      return;
    }
    if (fate.kind === 'late') await new Promise((resolve) => setTimeout(resolve, fate.ms));
    const cut = async (): Promise<void> => {
      if (fate.kind === 'cut') await fate.first?.();
      incoming.socket.destroy();
    };
    if (fate.kind === 'cut' && fate.when === 'before') return cut();
    const response = await forward(incoming, body, outgoing);
    if (call.isWrite) writes.push({ ...call, status: response.statusCode ?? 0 });
    if (fate.kind === 'cut') {
      await bodyOf(response);
      return cut();
    }
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    // A watch says nothing for a long time after its headers, and its client waits for them.
    outgoing.flushHeaders();
    if (fate.kind === 'broken') setTimeout(() => incoming.socket.destroy(), fate.afterMs);
    response.on('error', () => incoming.socket.destroy());
    response.pipe(outgoing);
  };

  const server = createServer((incoming, outgoing) => {
    // What the API server cuts is cut for the client too.
    handle(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  server.on('connection', (socket) => {
    clients.add(socket);
    socket.once('close', () => clients.delete(socket));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: ApiServerProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    decide: options.decide ?? (() => ({ kind: 'pass' })),
    writes,
    async close() {
      server.close();
      for (const socket of clients) socket.destroy();
      agent.destroy();
      await once(server, 'close');
    },
  };
  return proxy;
}

function callOf(
  { method = 'GET', url = '/' }: IncomingMessage,
  body: Buffer,
  instances: Map<string, string>,
): ProxiedCall {
  const { pathname: path, searchParams } = new URL(url, 'http://proxy');
  const changes = ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method);
  const isWrite = changes && !searchParams.has('dryRun') && !PASSING.test(path);
  const { name = path.split('/').at(-1) ?? '', annotations } = isWrite ? metadataIn(body) : {};
  const instance = annotations?.['mesitis/instance'] ?? instances.get(name);
  if (instance !== undefined) instances.set(name, instance);
  return {
    method,
    path,
    name,
    isWatch: searchParams.has('watch'),
    isWrite,
    ...(instance === undefined ? {} : { instance }),
  };
}

function metadataIn(body: Buffer): { name?: string; annotations?: Record<string, string> } {
  if (body.length === 0) return {};
  const { metadata = {} } = JSON.parse(body.toString()) as { metadata?: ReturnType<typeof metadataIn> };
  return metadata;
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** As the API server refuses: a Status. */
function answer(
  outgoing: ServerResponse,
  { status, reason, headers = {} }: Extract<Fate, { kind: 'answer' }>,
): void {
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code: status, message: reason };
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
  outgoing.end(JSON.stringify(body));
}
