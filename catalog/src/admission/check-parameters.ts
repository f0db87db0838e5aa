import type { JsonObject } from '@mesitis/kube';
import { compileSchema, MAX_SCHEMA, MAX_SCHEMA_PARTS, schemaParts } from '@mesitis/offering';
import type { ParametersSource } from '../model/objects.js';
import type { Refusal } from './kinds.js';

/** Parameters as an instance or a binding has them. */
export interface GivenParameters {
  parameters?: JsonObject | null;
  parametersFrom?: ParametersSource[] | null;
}

/**
 * What of the parameters does not fit the schema of the plan; the archived controller left that to brokers. Only what
 * stands in the object is judged: what a Secret adds (`parametersFrom`), or defaults of the plan, is not known here, so
 * then nothing is missed at the top. A schema that is none, or too large to be compiled for each write, says nothing.
 * Pure; the values are never told.
 */
export function checkParametersBy(
  schema: JsonObject | undefined,
  { parameters, parametersFrom }: GivenParameters,
  hasDefaults = false,
): Refusal[] {
  if (schema === undefined || isTooLarge(schema)) return [];
  const isComplete = !hasDefaults && (parametersFrom ?? []).length === 0;
  const { required, ...rest } = schema;
  const compiled = compileSchema(isComplete && required !== undefined ? { ...rest, required } : rest);
  if (!compiled.ok) return [];
  const checked = compiled.check(parameters ?? {});
  if (checked.ok) return [];
  return checked.problems.map(({ path, message }) => ({
    rule: 'parameters',
    path: `spec.${path}`,
    message,
    code: 422,
  }));
}

function isTooLarge(schema: JsonObject): boolean {
  return schemaParts(schema) > MAX_SCHEMA_PARTS || JSON.stringify(schema).length > MAX_SCHEMA;
}
