import { KubeError } from '../errors.js';
import type { KubeObject, WatchEvent } from '../port.js';
import { errorFromStatus } from './status-error.js';
import type { StatusObject } from './status-error.js';

/**
 * Reads a watch's answer, one JSON document to a line (API concepts, "Efficient detection of changes").
 *
 * @throws KubeError for an ERROR event (`gone` when the version is too old), and `unavailable` when the stream breaks
 *   off within an event
 */
export async function* watchEvents(chunks: AsyncIterable<string>): AsyncGenerator<WatchEvent> {
  for await (const line of lines(chunks)) yield parseEvent(line);
}

async function* lines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let pending = '';
  for await (const chunk of chunks) {
    // Only the new chunk is searched: an object of a megabyte comes in many.
    const end = chunk.lastIndexOf('\n');
    if (end < 0) {
      pending += chunk;
      continue;
    }
    const complete = pending + chunk.slice(0, end);
    pending = chunk.slice(end + 1);
    for (const line of complete.split('\n')) if (line.trim() !== '') yield line;
  }
  if (pending.trim() !== '') throw brokenOff();
}

function parseEvent(line: string): WatchEvent {
  let event: { type?: unknown; object: KubeObject & StatusObject };
  try {
    event = JSON.parse(line) as typeof event;
  } catch {
    throw brokenOff();
  }
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK':
      return { type: event.type, object: event.object };
    case 'ERROR':
      throw errorFromStatus(event.object);
    default:
      throw brokenOff();
  }
}

function brokenOff(): KubeError {
  return new KubeError('unavailable', 'The watch broke off in the middle of an event; list again or resume.');
}
