import type { Json, JsonObject } from '@mesitis/kube';
import type { Terminal } from '../context.js';
import { plainLine } from './plain-text.js';
import { inputError } from './plugin-error.js';
import { schemaParameters, type SchemaParameter } from './schema-parameters.js';

/**
 * Asks for every parameter that the schema requires and nobody gave, and returns the answers as `-p` takes them. What
 * has a default is left to the broker, and what should not be seen is not asked for: an answer shows.
 * @throws PluginError (exit code 2) when there is no answer
 */
export async function askParameters(
  given: JsonObject | undefined,
  schema: JsonObject | undefined,
  ask: NonNullable<Terminal['ask']>,
): Promise<string[]> {
  const pairs: string[] = [];
  for (const parameter of schemaParameters(schema)) {
    if (!isMissing(parameter, given)) continue;
    const answer = await ask(questionFor(parameter));
    if (answer === undefined || answer === '') {
      throw inputError(`parameter '${parameter.path}' is required: nothing was asked for`);
    }
    pairs.push(`${parameter.path}=${answer}`);
  }
  return pairs;
}

function isMissing(
  { required, secret, names, default: fallback }: SchemaParameter,
  given: JsonObject | undefined,
): boolean {
  if (required !== 'yes' || secret || fallback !== undefined) return false;
  let here: Json | undefined = given;
  for (const name of names) {
    if (typeof here !== 'object' || here === null || Array.isArray(here) || !Object.hasOwn(here, name))
      return true;
    here = here[name];
  }
  return false;
}

function questionFor({ path, type, description }: SchemaParameter): string {
  const about = [type === 'any' ? '' : type, description].filter((part) => part !== '').join('; ');
  return plainLine(about === '' ? `${path}:` : `${path} (${about}):`);
}
