import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '@mesitis/kube';

/** What is sent to the broker, what may be shown, and the checksum by which a change is noticed. */
export interface Parameters {
  /** Empty when there are none. */
  values: JsonObject;
  /** The same with every value that came from a Secret replaced by `<redacted>`. */
  redacted: JsonObject;
  /** SHA-256 of the canonical form; empty when there are none. */
  checksum: string;
}

/** The outcome of putting parameters together; `message` names keys and Secrets, never a value. */
export type ParametersResult = { ok: true; parameters: Parameters } | { ok: false; message: string };

/** One Secret key as it was found: its text, or why there is none. */
export interface SecretValue {
  secret: string;
  key: string;
  /** Undefined when the Secret or the key is missing. */
  text?: string;
}

const REDACTED = '<redacted>';

/**
 * Merges `parametersFrom` (each a JSON object in a Secret key) and `parameters` at the top level; a name that comes
 * twice is an error (service-catalog.md section 3.3).
 */
export function mergeParameters(
  inline: JsonObject | undefined,
  fromSecrets: readonly SecretValue[],
): ParametersResult {
  const values: JsonObject = {};
  const redacted: JsonObject = {};
  for (const source of fromSecrets) {
    const parsed = parseSource(source);
    if (typeof parsed === 'string') return { ok: false, message: parsed };
    const duplicate = Object.keys(parsed).find((name) => name in values);
    if (duplicate !== undefined) return { ok: false, message: conflict(duplicate) };
    for (const [name, value] of Object.entries(parsed)) {
      values[name] = value;
      redacted[name] = REDACTED;
    }
  }
  for (const [name, value] of Object.entries(inline ?? {})) {
    if (name in values) return { ok: false, message: conflict(name) };
    values[name] = value;
    redacted[name] = value;
  }
  return { ok: true, parameters: { values, redacted, checksum: parameterChecksum(values) } };
}

function parseSource({ secret, key, text }: SecretValue): JsonObject | string {
  if (text === undefined) return `the key "${key}" of the Secret "${secret}" does not exist; create it`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `the key "${key}" of the Secret "${secret}" is not JSON; it must hold a JSON object`;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  return `the key "${key}" of the Secret "${secret}" must hold a JSON object`;
}

function conflict(name: string): string {
  return `conflict: duplicate entry for parameter "${name}"`;
}

/** The checksum that existing installations have stored: SHA-256 of the canonical JSON; empty for no parameters. */
export function parameterChecksum(values: JsonObject): string {
  if (Object.keys(values).length === 0) return '';
  return createHash('sha256').update(canonicalJson(values)).digest('hex');
}

/** JSON as Go's encoder writes it: sorted keys, no blanks, and `<`, `>`, `&`, U+2028, U+2029 escaped. */
function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return escaped(value);
  const entries = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${entries.map(([name, field]) => `${escaped(name)}:${canonicalJson(field)}`).join(',')}}`;
}

function escaped(value: string | number | boolean | null): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
