import { isIP } from 'node:net';
import type { Json, JsonObject } from '@mesitis/kube';
import type { ServiceBinding, ServiceBroker, ServiceClass, ServicePlan } from '../model/objects.js';
import type { Credentials } from './secret-transforms.js';

/** Where a binding comes from: who may say what its Secret looks like. */
export interface Offer {
  broker: ServiceBroker;
  serviceClass: ServiceClass;
  /** Undefined when it is gone. */
  plan: ServicePlan | undefined;
}

/** What a Secret looks like: as Service Catalog wrote it, or as the Service Binding Specification wants it. */
export type SecretShape =
  | { format: 'opaque' }
  | {
      format: 'servicebinding';
      /** What the binding's author calls it, before whatever the credentials say. */
      wanted: { type: string | undefined; provider: string | undefined };
      /** Where neither author nor credentials say anything. */
      fallback: { type: string; provider: string };
    };

/** What the author of a binding may say about its Secret. */
export const SHAPE_ANNOTATIONS = {
  format: 'mesitis/secret-format',
  type: 'mesitis/binding-type',
  provider: 'mesitis/binding-provider',
} as const;

/** The shape of a binding's Secret, or the sentence that says what is wrong with the annotations. */
export function shapeOf({ metadata }: ServiceBinding, offer: Offer): SecretShape | string {
  const { annotations = {} } = metadata;
  const problem = problemOf(annotations);
  if (problem !== undefined) return problem;
  const offered = offeredBinding(offer.plan);
  // A format that a plan names and that is none of these is for other platforms.
  const format = annotations[SHAPE_ANNOTATIONS.format] ?? offered['format'];
  if (format !== 'servicebinding') return { format: 'opaque' };
  return {
    format,
    wanted: {
      type: annotations[SHAPE_ANNOTATIONS.type],
      provider: annotations[SHAPE_ANNOTATIONS.provider],
    },
    fallback: {
      type: asType(text(offered['type']) ?? offer.serviceClass.spec.externalName),
      provider: text(offered['provider']) ?? providerOf(offer),
    },
  };
}

function problemOf(annotations: Readonly<Record<string, string>>): string | undefined {
  const { format: formatKey, type: typeKey } = SHAPE_ANNOTATIONS;
  const format = annotations[formatKey] ?? 'opaque';
  if (format !== 'opaque' && format !== 'servicebinding') {
    return `the annotation ${formatKey} is "${format}": write "servicebinding" or "opaque"`;
  }
  const type = annotations[typeKey];
  return type === undefined || TYPE.test(type)
    ? undefined
    : `the annotation ${typeKey} is "${type}": write small letters, digits, "." and "-", such as "postgresql"`;
}

/** The `type` of the Secret, and the credentials as they go into it. */
export function shaped(
  credentials: Credentials,
  shape: SecretShape,
): { type: string; credentials: Credentials } {
  if (shape.format === 'opaque') return { type: 'Opaque', credentials };
  const { wanted, fallback } = shape;
  const own = { type: textOf(credentials['type']), provider: textOf(credentials['provider']) };
  const says = {
    type: wanted.type ?? (own.type === undefined ? fallback.type : asType(own.type)),
    provider: wanted.provider ?? own.provider ?? fallback.provider,
  };
  const named = Object.fromEntries(
    // A key that everybody takes to mean something else has to have another name.
    Object.entries(credentials).map(([key, value]) => [
      means(key, value, says) ? key : `original-${key}`,
      value,
    ]),
  );
  return { type: `servicebinding.io/${says.type}`, credentials: { ...aliases(named), ...named, ...says } };
}

/** The keys whose meaning the specification fixes, with what their values have to be. */
const WELL_KNOWN: Readonly<Record<string, (value: string) => boolean>> = {
  host: (value) => isIP(value) !== 0 || HOST_NAME.test(value),
  port: (value) => /^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535,
  uri: (value) => URL.canParse(value),
  username: (value) => value !== '',
  password: (value) => value !== '',
  certificates: (value) => value.includes('-----BEGIN CERTIFICATE-----'),
  'private-key': (value) => /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(value),
};

const HOST_NAME =
  /^(?!.{254})([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*\.?$/i;

/** What brokers say instead; the names are added, and what the broker says stays. */
const ALIASES: readonly (readonly [alias: string, wellKnown: string])[] = [
  ['hostname', 'host'],
  ['user', 'username'],
  ['pass', 'password'],
  ['url', 'uri'],
];

function aliases(credentials: Credentials): Credentials {
  return Object.fromEntries(
    ALIASES.flatMap(([alias, wellKnown]) => {
      const value = credentials[alias];
      return value !== undefined && conforms(wellKnown, value) ? [[wellKnown, value] as const] : [];
    }),
  );
}

function means(key: string, value: Json | Uint8Array, says: { type: string; provider: string }): boolean {
  if (key === 'type' || key === 'provider') return textOf(value) === says[key];
  return conforms(key, value);
}

function conforms(key: string, value: Json | Uint8Array): boolean {
  const rule = Object.hasOwn(WELL_KNOWN, key) ? WELL_KNOWN[key] : undefined;
  const written = textOf(value);
  return rule === undefined || (written !== undefined && rule(written));
}

function textOf(value: Json | Uint8Array | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : undefined;
}

const TYPE = /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/;

/** A word as the type of a Secret can hold it. */
function asType(word: string): string {
  const spelled = word.toLowerCase().replace(/[^-a-z0-9.]+/g, '-');
  return (
    spelled
      .replace(/^[-.]+/, '')
      .slice(0, 63)
      .replace(/[-.]+$/, '') || 'service'
  );
}

/** What a plan's metadata says about bindings; entries of Mesitis say it below a key of their own. */
function offeredBinding(plan: ServicePlan | undefined): JsonObject {
  const metadata = plan?.spec.externalMetadata;
  return objectIn(metadata, 'binding') ?? objectIn(objectIn(metadata, 'mesitis'), 'binding') ?? {};
}

function providerOf({ broker, serviceClass, plan }: Offer): string {
  const team = objectIn(plan?.spec.externalMetadata, 'mesitis')?.['team'];
  return (
    text(team) ?? text(serviceClass.spec.externalMetadata?.['providerDisplayName']) ?? broker.metadata.name
  );
}

function objectIn(object: JsonObject | undefined, field: string): JsonObject | undefined {
  const value = object?.[field];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
