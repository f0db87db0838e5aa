import type { Json } from '@mesitis/kube';

/** Shorter ones say nothing, and taking them out would leave nothing readable. */
const SHORTEST = 4;

/** `https://user:password@host`, and what follows `?`, where signed URLs carry their signature. */
const USER_INFO = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@"'<>]*@/gi;
const QUERY = /([a-z][a-z0-9+.-]*:\/\/[^\s?"'<>]*)\?[^\s"'<>]*/gi;
/** What the API server quotes of an object that it refuses; the rule that follows says enough. */
const INVALID_VALUE = /((?:Invalid|Unsupported|Duplicate) value: )("(?:[^"\\]|\\.)*"|[^\s:,]+)/g;
/** Where API servers before 1.23 append an excerpt of the object. */
const EXCERPT = /,? error found in #\d+ byte of [^]*/;
/** Bearer tokens and JSON Web Tokens. */
const TOKEN = /\b(Bearer\s+)\S+|\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

const HIDDEN = '[hidden]';

/**
 * Takes out of a message of helm what users may not see: the values of the release in plain, quoted and base64 form,
 * what the API server quotes of objects, tokens, and the secret parts of URLs.
 * @param values of the release, in which parameters and generated passwords are
 * @param known what the message may name although it is also a value: the names of the release
 */
export function redact(message: string, values: Json, known: readonly string[]): string {
  let text = message
    .replace(EXCERPT, '')
    .replace(USER_INFO, '$1')
    .replace(QUERY, '$1')
    .replace(INVALID_VALUE, `$1${HIDDEN}`)
    .replace(TOKEN, (_match, bearer: string | undefined) => `${bearer ?? ''}${HIDDEN}`);
  const secrets = [...textsOf(values)]
    .flatMap((value) => [value, ...value.split('\n')])
    .map((value) => value.trim())
    .filter((value) => value.length >= SHORTEST && !known.includes(value))
    .flatMap((value) => [value, JSON.stringify(value).slice(1, -1), Buffer.from(value).toString('base64')])
    // The longest first: one may be part of another.
    .sort((one, other) => other.length - one.length);
  for (const secret of new Set(secrets)) text = text.replaceAll(secret, HIDDEN);
  return text;
}

/** All scalars; keys are the provider's own words. */
function* textsOf(value: Json): Generator<string> {
  if (value === null || typeof value === 'boolean') return;
  if (typeof value !== 'object') yield String(value);
  else for (const member of Object.values(value)) yield* textsOf(member);
}
