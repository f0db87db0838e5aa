import type { IncomingMessage } from 'node:http';

/** The body of a request, or why there is none: what is wrong with the request, for its sender. */
export type RequestBody =
  | { ok: true; value: unknown }
  | { ok: false; status: 400 | 413 | 415; error: string; cut?: boolean };

/**
 * Reads a request's body as JSON: any value of it, in UTF-8, not compressed, since the API server does not compress, and
 * of at most so many MiB. `cut` says that the request broke off, so that nobody waits for an answer. Never rejects.
 */
export async function readJsonBody(request: IncomingMessage, mebibytes: number): Promise<RequestBody> {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = request.headers;
  // What every API server sends comes to no further look.
  const problem = type === 'application/json' ? undefined : typeProblem(type);
  if (problem !== undefined) return { ok: false, status: 415, error: problem };
  if (encoding !== 'identity') return { ok: false, status: 415, error: 'the body must not be compressed' };
  const bytes = await readAll(request, mebibytes * 1024 * 1024);
  if (bytes === 'cut') return { ok: false, status: 400, error: 'the request ended early', cut: true };
  if (bytes === 'too large')
    return { ok: false, status: 413, error: `the body is larger than ${mebibytes}mb` };
  try {
    return { ok: true, value: JSON.parse(bytes.toString()) };
  } catch {
    return { ok: false, status: 400, error: 'the body is not JSON' };
  }
}

function typeProblem(type: string): string | undefined {
  const [mediaType = '', ...parameters] = type.toLowerCase().split(';');
  if (mediaType.trim() !== 'application/json') return 'the content type must be application/json';
  const charset = parameters.map((one) => /^\s*charset="?([^"]*)"?\s*$/.exec(one)?.[1]).find(Boolean);
  return charset === undefined || charset === 'utf-8' ? undefined : 'the body must be UTF-8';
}

function readAll(request: IncomingMessage, limit: number): Promise<Buffer | 'cut' | 'too large'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      // What comes beyond the limit is read and dropped: the sender hears of it only when all is sent.
      if (length <= limit) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.once('end', () => {
      const [first] = chunks;
      if (length > limit) resolve('too large');
      else resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    });
    request.once('close', () => resolve('cut'));
    request.once('error', () => resolve('cut'));
  });
}
