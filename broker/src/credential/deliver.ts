import type { JsonObject } from '@mesitis/kube';
import type { Credential } from '@mesitis/offering';
import type { CatalogPlan } from '../catalog/build-catalog.js';
import { BrokerError } from '../errors.js';
import type { Coordinates, Endpoint } from '../provision/coordinates.js';
import type { BindingRecord, InstanceRecord } from '../store/instance-record.js';
import { checked, generatorOf, rendererFor, scopeOf } from '../templates.js';
import type { CredentialSource, Delivered } from './credential-source.js';

/** What a binding delivers: `uri`, `host`, `port` and what the source gives in one flat map, and the endpoints. */
export interface Delivery {
  credentials: JsonObject;
  endpoints: readonly Endpoint[];
  /** When the credentials end, in milliseconds since 1970. */
  expiresAt?: number;
}

/** A delivery, and the record with what had to be made or issued for it. */
export interface Delivering {
  delivery: Delivery;
  record: InstanceRecord;
  /** Whether the record says more than before, so that it has to be written. */
  isChanged: boolean;
}

/** What delivering works with. */
export interface DeliverContext {
  credentialSources: readonly CredentialSource[];
  randomBytes: (count: number) => Uint8Array;
}

/** Keys of generated values that belong to one binding; all others are the instance's. */
const BINDING_PREFIX = 'binding/';

/**
 * Resolves what a binding of this instance delivers. Values that are generated on the way, and what the source issues,
 * are in the record that comes back.
 * @throws BrokerError
 */
export async function deliver(
  context: DeliverContext,
  record: InstanceRecord,
  binding: BindingRecord,
  { entry }: CatalogPlan,
): Promise<Delivering> {
  const known = { ...record.generated, ...binding.generated };
  const values = { ...known };
  const scope = scopeOf(entry, record.instanceId, record.attributes);
  const render = rendererFor(scope, generatorOf(values, context.randomBytes));
  const credential = render.credential(entry.credential);
  const source = sourceOf(credential, context.credentialSources);
  const delivered = await source.deliver(
    credential,
    {
      instanceId: record.instanceId,
      bindingId: binding.bindingId,
      provisionNamespace: namespaceOf(record),
      parameters: checked(entry.bindParameters, binding.attributes.parameters),
    },
    binding.issued,
  );
  const { expiresAt } = delivered;
  const { coordinates } = record.resources;
  const credentials = await joined(coordinates, delivered.values, async () => {
    // Nobody will know of what was issued just now.
    if (delivered.issued !== undefined && binding.issued === undefined) await source.revoke(delivered.issued);
  });
  return {
    delivery: {
      credentials,
      endpoints: coordinates.endpoints,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
    record: recorded(record, binding, values, delivered),
    isChanged: Object.keys(values).length > Object.keys(known).length,
  };
}

function sourceOf(credential: Credential, sources: readonly CredentialSource[]): CredentialSource {
  const source = sources.find(({ kind }) => kind === credential.kind);
  if (source !== undefined) return source;
  throw new BrokerError(
    'OfferingMisconfigured',
    `credentials of kind ${credential.kind} are not available from this broker; ask the provider to choose another kind`,
  );
}

/** Where the instance's objects are. */
function namespaceOf({ resources: { objects, release } }: InstanceRecord): string | undefined {
  return release?.namespace ?? objects.flat()[0]?.metadata.namespace;
}

/**
 * Platforms hand on nothing but `credentials`, so the coordinates stand in them too (osb.md 4.1).
 * @param giveBack called before the refusal of values that can not be delivered
 */
async function joined(
  { uri, host, port }: Coordinates,
  values: JsonObject,
  giveBack: () => Promise<void>,
): Promise<JsonObject> {
  // `port` is reserved also where no port is known: its meaning must not depend on the offering.
  const clash = ['uri', 'host', 'port'].find((key) => Object.hasOwn(values, key));
  if (clash !== undefined) {
    await giveBack();
    throw new BrokerError(
      'OfferingMisconfigured',
      `the credentials hold the key ${JSON.stringify(clash)}, which is reserved for the coordinates; ask the provider to leave it out or to rename it with credentialdata.keys`,
    );
  }
  return { uri, host, ...(port === undefined ? {} : { port }), ...values };
}

function recorded(
  record: InstanceRecord,
  binding: BindingRecord,
  values: Readonly<Record<string, string>>,
  { issued }: Delivered,
): InstanceRecord {
  const [own, shared] = divided(values);
  const after: BindingRecord = {
    ...binding,
    ...(Object.keys(own).length === 0 ? {} : { generated: own }),
    ...(issued === undefined ? {} : { issued }),
  };
  const isNew = !record.bindings.some(({ bindingId }) => bindingId === binding.bindingId);
  return {
    ...record,
    generated: shared,
    bindings: isNew
      ? [...record.bindings, after]
      : record.bindings.map((other) => (other.bindingId === binding.bindingId ? after : other)),
  };
}

/** The values of the binding, and those of its instance. */
function divided(values: Readonly<Record<string, string>>): [Record<string, string>, Record<string, string>] {
  const entries = Object.entries(values);
  return [
    Object.fromEntries(entries.filter(([key]) => key.startsWith(BINDING_PREFIX))),
    Object.fromEntries(entries.filter(([key]) => !key.startsWith(BINDING_PREFIX))),
  ];
}
