import { BrokerError } from '../errors.js';
import { isJsonObject } from '../json.js';
import { QueueFull } from '../key-queue.js';
import { StoreConflict, StoreUnavailable } from '../store/instance-store.js';

/** What body-parser calls the failures that deserve a sentence of their own; none may quote the body. */
const BODY_FAILURES: ReadonlyMap<unknown, string> = new Map([
  ['entity.parse.failed', 'the body is not valid JSON'],
  ['entity.too.large', 'the body is larger than 1 MiB'],
  ['charset.unsupported', 'the body must be UTF-8'],
  ['encoding.unsupported', 'the content encoding is not supported; send the body as it is'],
]);

/**
 * The answer to whatever a handler threw. Mistakes in the request that express and its body parser find are 400; another
 * writer on the record means a concurrent operation; the rest is ours and says nothing but the id to look for in the log.
 */
export function toBrokerError(error: unknown, requestId: string): BrokerError {
  if (error instanceof BrokerError) return error;
  if (error instanceof StoreConflict || error instanceof QueueFull) {
    return new BrokerError('ConcurrencyError', undefined, { cause: error });
  }
  if (error instanceof StoreUnavailable) {
    return new BrokerError('StoreUnavailable', undefined, { cause: error });
  }
  if (isClientError(error)) {
    return new BrokerError('MalformedRequest', BODY_FAILURES.get(error['type']), { cause: error });
  }
  return new BrokerError('InternalError', `internal error, request ${requestId}`, { cause: error });
}

function isClientError(error: unknown): error is Record<string, unknown> {
  if (!isJsonObject(error)) return false;
  const status = error['status'];
  return typeof status === 'number' && status >= 400 && status < 500;
}
