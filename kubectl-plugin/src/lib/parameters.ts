import type { Json, JsonObject } from '@mesitis/kube';
import { usageError } from './plugin-error.js';

/** What `-p` and `--params-json` gave. */
export interface ParameterFlags {
  pairs: readonly string[];
  json: string | undefined;
}

/**
 * The parameters of a provision or bind request; undefined when none were given. `-p key=value` takes the value as
 * text, `--params-json` is a JSON object for everything else.
 * @throws PluginError (usage) for a pair without `=`, a key given twice, or text that is not a JSON object
 */
export function parseParameters({ pairs, json }: ParameterFlags): JsonObject | undefined {
  const parameters = json === undefined ? {} : parseJsonObject(json);
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    // The text is not repeated: it may be one half of a password that the shell split.
    if (at < 1) throw usageError('a parameter has no key: write -p key=value');
    const key = pair.slice(0, at);
    if (Object.hasOwn(parameters, key)) {
      throw usageError(`parameter '${key}' is given twice: give it once, by -p or in --params-json`);
    }
    // Defined, not assigned: a key such as `__proto__` is data here.
    Object.defineProperty(parameters, key, {
      value: pair.slice(at + 1),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return Object.keys(parameters).length === 0 ? undefined : parameters;
}

function parseJsonObject(text: string): JsonObject {
  const example = `--params-json '{"size": 3}'`;
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    // The parser's own message quotes the text, which may hold a password.
    throw usageError(`--params-json is not JSON: quote it for the shell, as in ${example}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw usageError(`--params-json is not a JSON object: write ${example}`);
  }
  return value;
}
