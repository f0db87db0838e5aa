import type { Json, JsonObject } from '@mesitis/kube';
import type { CatalogEntry, Credential, Generate, Provision, TemplateScope } from '@mesitis/offering';
import {
  checkParameters,
  makePassword,
  renderCredential,
  renderProvision,
  renderTemplate,
  shortId,
  TemplateError,
} from '@mesitis/offering';
import { BrokerError } from './errors.js';
import { member } from './json.js';
import type { InstanceAttributes } from './store/instance-record.js';

/** What expressions of an instance's templates see (design section 2). @throws BrokerError InvalidParameters */
export function scopeOf(
  entry: CatalogEntry,
  instanceId: string,
  { context, parameters }: Pick<InstanceAttributes, 'context' | 'parameters'>,
): TemplateScope {
  const name = member(context, 'instance_name');
  const namespace = member(context, 'namespace');
  const short = shortId(instanceId);
  return {
    instance: {
      id: instanceId,
      shortId: short,
      name: typeof name === 'string' && name !== '' ? name : short,
    },
    consumer: { namespace: typeof namespace === 'string' ? namespace : '' },
    offering: entry.offering,
    parameters: checked(entry.parameters, parameters),
  };
}

/**
 * The parameters with the defaults of their schema. Without a schema anything goes.
 * @throws BrokerError InvalidParameters that names every path, and no value
 */
export function checked(schema: JsonObject | undefined, parameters: JsonObject): JsonObject {
  if (schema === undefined) return parameters;
  const result = checkParameters(schema, parameters);
  if (result.ok) return result.value;
  const problems = result.problems.map(({ path, message }) => `${path}: ${message}`);
  throw new BrokerError('InvalidParameters', problems.join('; '));
}

/** Evaluates what an entry and its wrapped objects hold, for one instance. Each throws BrokerError InvalidParameters. */
export interface Renderer {
  provision: (provision: Provision) => Provision;
  /** For one binding: what is generated in it is the binding's own. */
  credential: (credential: Credential) => Credential;
  /** For what is not in the entry itself: wrapped objects. */
  template: <Value>(value: Value) => Value;
}

/** What goes wrong in an expression is a mistake in the parameters or in the offering. */
export function rendererFor(scope: TemplateScope, generate: Generate): Renderer {
  const guarded = <Value>(render: () => Value): Value => {
    try {
      return render();
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      throw new BrokerError(
        'InvalidParameters',
        `${error.message}; check the parameters, or ask the provider of ${scope.offering} to correct it`,
        { cause: error },
      );
    }
  };
  return {
    provision: (provision) => guarded(() => renderProvision(provision, scope, generate)),
    credential: (credential) => guarded(() => renderCredential(credential, scope, generate)),
    template: <Value>(value: Value) => guarded(() => renderTemplate(value as Json, scope, generate) as Value),
  };
}

/** Gives known values again and makes new ones, which it adds to `values`. */
export function generatorOf(
  values: Record<string, string>,
  randomBytes: (count: number) => Uint8Array,
): Generate {
  return (key, length) => {
    const known = Object.hasOwn(values, key) ? values[key] : undefined;
    if (known !== undefined) return known;
    const made = makePassword(length, randomBytes);
    values[key] = made;
    return made;
  };
}
