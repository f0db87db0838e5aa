import type { JsonObject } from '@mesitis/kube';
import type { Terminal } from '../context.js';
import { askParameters } from './ask-parameters.js';
import { checkParameters } from './check-parameters.js';
import { buildParameters, type GivenParameters } from './parameters.js';

/** What parameters are for, and whether somebody can be asked. */
export interface ParameterTarget {
  /** The plan's JSON Schema for them; undefined when it has none. */
  schema: JsonObject | undefined;
  /** In errors: `api-api-service:1`. */
  title: string;
  /** Left out where nobody may be asked. */
  ask?: Terminal['ask'] | undefined;
}

/**
 * The parameters to send: what was given, of the types that the schema has, with the answers to what it requires and
 * nobody gave. Undefined when there are none.
 * @throws PluginError (exit code 2) for what does not fit the schema, and for a question without an answer
 */
export async function parametersFor(
  given: GivenParameters,
  { schema, title, ask }: ParameterTarget,
): Promise<JsonObject | undefined> {
  const typed = buildParameters(given, schema);
  const answers = ask === undefined ? [] : await askParameters(typed, schema, ask);
  const parameters = buildParameters({ ...given, pairs: [...given.pairs, ...answers] }, schema);
  await checkParameters(parameters, schema, title);
  return parameters;
}
