import type { JsonObject } from '@mesitis/kube';
import { inputError } from './plugin-error.js';

/**
 * Holds parameters to the plan's schema before they are sent, as the broker will. A schema that does not compile checks
 * nothing: the broker decides. Nothing is added: defaults are the broker's.
 * @param of what the parameters are for, in the error: `api-api-service:1`
 * @throws PluginError (exit code 2) with all that is wrong, never with a value
 */
export async function checkParameters(
  parameters: JsonObject | undefined,
  schema: JsonObject | undefined,
  of: string,
): Promise<void> {
  if (schema === undefined) return;
  // Late: the validator is large, and most offerings have no schema.
  const { compileSchema } = await import('@mesitis/offering');
  const compiled = compileSchema(schema);
  const checked = compiled.ok ? compiled.check(parameters ?? {}) : { ok: true as const };
  if (checked.ok) return;
  const problems = checked.problems.map(({ path, message }) => `${path} ${message}`);
  throw inputError(`parameters do not fit ${of}: ${problems.join('; ')}; nothing was asked for`);
}
