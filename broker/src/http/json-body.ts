import type { RequestHandler } from 'express';
import express from 'express';
import { BrokerError } from '../errors.js';

/** The largest body that is read, in bytes. */
const BODY_LIMIT = 1024 * 1024;

/** The deepest body that is taken, in levels; writing or comparing one of thousands would overflow the stack. */
const DEPTH_LIMIT = 100;

/**
 * Reads a JSON body. A missing content type is taken for JSON, a wrong one is 400 and not 415 (osb.md 1.1 X10), and so
 * is a body that is too large or too deep, because Service Catalog repeats every other 4xx for ever.
 */
export function jsonBody(): RequestHandler[] {
  return [
    requireJsonType,
    refuseLarge,
    invite,
    express.json({ limit: BODY_LIMIT, type: () => true }),
    requireFlat,
  ];
}

/** The parser would refuse it too, but only when it had been sent to the end. */
const refuseLarge: RequestHandler = (request, _response, next) => {
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) {
    // As the parser's own error, so that both are answered alike.
    throw Object.assign(new Error('the body is too large'), { status: 413, type: 'entity.too.large' });
  }
  next();
};

/** A client that waits to be asked for its body is asked here, when it was let in and the headers are in order. */
const invite: RequestHandler = (request, response, next) => {
  if (/^100-continue$/i.test(request.headers.expect ?? '')) response.writeContinue();
  next();
};

const requireFlat: RequestHandler = (request, _response, next) => {
  if (isDeeperThan(request.body, DEPTH_LIMIT)) {
    throw new BrokerError('MalformedRequest', `the body is nested more than ${DEPTH_LIMIT} levels deep`);
  }
  next();
};

/** Level by level, without recursion, since the depth is the sender's choice. */
function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= limit; depth += 1) {
    level = level.flatMap((item) => (isContainer(item) ? Object.values(item) : []));
    if (level.length === 0) return false;
  }
  return true;
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

const requireJsonType: RequestHandler = (request, _response, next) => {
  const type = request.headers['content-type'] ?? '';
  if (type !== '' && !/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new BrokerError('MalformedRequest', 'the content type must be application/json');
  }
  next();
};
