import { at, type Position } from './position.js';

/** The largest payload, in bytes of text, and in characters once aliases are followed. That of a ConfigMap. */
export const MAX_PAYLOAD = 1_048_576;

/** The deepest payload, in levels. Kubernetes objects need about 15. */
export const MAX_DEPTH = 64;

/** The most tokens in a payload: what bounds the time that reading takes, whatever the text. */
export const MAX_TOKENS = 20_000;

/** The longest names and ids that Service Catalog and label values take. */
export const MAX_NAME = 63;

/** The message for a payload that is nested too deep. */
export function tooDeep(position: Position): string {
  return `is nested more than ${MAX_DEPTH} levels deep${at(position)}; make it flatter`;
}

/** The message for a payload that is too long to read, though not in bytes. */
export function tooManyTokens(): string {
  return `has more than ${MAX_TOKENS} words and signs; split it or make it smaller`;
}
