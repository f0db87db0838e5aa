import type { RequestHandler } from 'express';
import express from 'express';
import { BrokerError } from '../errors.js';

/** The largest body that is read, in bytes. */
const BODY_LIMIT = 1024 * 1024;

/**
 * Reads a JSON body. A missing content type is taken for JSON, a wrong one is 400 and not 415 (osb.md 1.1 X10), and so
 * is a body that is too large, because Service Catalog repeats every other 4xx for ever.
 */
export function jsonBody(): RequestHandler[] {
  return [requireJsonType, express.json({ limit: BODY_LIMIT, type: () => true })];
}

const requireJsonType: RequestHandler = (request, _response, next) => {
  const type = request.headers['content-type'] ?? '';
  if (type !== '' && !/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new BrokerError('MalformedRequest', 'the content type must be application/json');
  }
  next();
};
