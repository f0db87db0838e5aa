import { CREDENTIAL_KINDS, readCredential } from './credential.js';
import { Fields, items, knownKeys, readString, type Field, type StringOptions } from './fields.js';
import type { JsonObject } from './json.js';
import { kindKeys, readKind } from './kinds.js';
import { MAX_NAME } from './limits.js';
import type { CatalogEntry } from './model.js';
import { objectToJson, type ObjectNode } from './payload-node.js';
import { PROVISION_KINDS, readProvision } from './provision.js';
import type { Report } from './report.js';
import { compileSchema, externalReference, MAX_SCHEMA, MAX_SCHEMA_PARTS, schemaParts } from './schema.js';
import { HTTP_URL, ID, IMAGE_URL, NAME_PART } from './syntax.js';
import { readWhitelist } from './whitelist/read-whitelist.js';
import { parameterFacts } from './template/parameter-facts.js';
import { withoutUndefined } from './without-undefined.js';

const KEYS = knownKeys(
  ['team', 'offering', 'description', 'uuid', 'version', 'whitelist'],
  [
    ...kindKeys(PROVISION_KINDS),
    ...kindKeys(CREDENTIAL_KINDS),
    ...[
      'displayname',
      'tags',
      'documentationurl',
      'supporturl',
      'imageurl',
      'free',
      'bindable',
      'serviceuuid',
    ],
    ...['parameters', 'bindparameters', 'binding', 'readiness', 'driftrepair', 'limits'],
  ],
);
const BINDING_KEYS = knownKeys([], ['type', 'provider', 'format']);
const READINESS_KEYS = knownKeys([], ['wait', 'timeoutseconds']);
const LIMITS_KEYS = knownKeys([], ['pernamespace', 'total']);

/** Numbers are written without quotes so often that a plain integer is taken for its text. */
const NAME: StringOptions = { format: NAME_PART, integers: true };
const IDENTIFIER: StringOptions = { format: ID, integers: true };

/** The longest wait for readiness: a day, the longest that platforms poll (OSB 2.17, `maximum_polling_duration`). */
const MAX_TIMEOUT = 86_400;

/** Far more instances than a cluster holds; keeps a slip of the keyboard out. */
const MAX_INSTANCES = 1_000_000;

/** Reads a catalog entry (design section 2). What is wrong is noted in the report; an error means no result. */
export function readEntry(root: Field<ObjectNode>, report: Report): CatalogEntry | undefined {
  const fields = new Fields(root, KEYS, report);
  const names = readNames(fields, report);
  const description = fields.string('description');
  const uuid = fields.string('uuid', IDENTIFIER);
  const list = fields.list('whitelist');
  const whitelist = list === undefined ? undefined : readWhitelist(list, report);
  const parameters = readSchema('parameters', fields, report);
  const facts = parameters === undefined ? undefined : parameterFacts(parameters);
  const provisionKind = readKind(fields, PROVISION_KINDS, report);
  const provision =
    provisionKind === undefined ? undefined : readProvision(provisionKind, fields, facts, report);
  const credentialKind = readKind(fields, CREDENTIAL_KINDS, report);
  const credential =
    credentialKind === undefined ? undefined : readCredential(credentialKind, fields, facts, report);
  const options = { ...readOptions(fields, report), ...withoutUndefined({ parameters }) };
  const required = { description, uuid, whitelist, provision, credential };
  if (report.failed || names === undefined || !isComplete(required)) return undefined;
  return { ...names, ...required, ...options };
}

type Complete<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

function isComplete<T extends object>(value: T): value is T & Complete<T> {
  return Object.values(value).every((member) => member !== undefined);
}

function readNames(
  fields: Fields,
  report: Report,
): Pick<CatalogEntry, 'team' | 'offering' | 'version'> | undefined {
  const team = fields.string('team', NAME);
  const offering = fields.string('offering', NAME);
  const version = fields.string('version', NAME);
  if (team === undefined || offering === undefined || version === undefined) return undefined;
  const { length } = `${team}-${offering}-${version}`;
  const place = fields.raw('offering');
  if (length > MAX_NAME && place !== undefined) {
    const message = `makes the plan's name team-offering-version ${length} characters long; shorten it to ${MAX_NAME}`;
    report.add('plan-name-length', place, message);
  }
  return { team, offering, version };
}

type Options = Omit<
  CatalogEntry,
  'team' | 'offering' | 'version' | 'description' | 'uuid' | 'whitelist' | 'provision' | 'credential'
>;

function readOptions(fields: Fields, report: Report): Options {
  return withoutUndefined({
    displayName: fields.string('displayname'),
    tags: readTags(fields, report),
    documentationUrl: fields.string('documentationurl', { format: HTTP_URL }),
    supportUrl: fields.string('supporturl', { format: HTTP_URL }),
    imageUrl: fields.string('imageurl', { format: IMAGE_URL }),
    free: fields.boolean('free') ?? true,
    bindable: fields.boolean('bindable') ?? true,
    serviceUuid: fields.string('serviceuuid', IDENTIFIER),
    bindParameters: readSchema('bindparameters', fields, report),
    binding: readBinding(fields, report),
    readiness: readReadiness(fields, report),
    driftRepair: fields.boolean('driftrepair') ?? true,
    limits: readLimits(fields, report),
  });
}

function readTags(fields: Fields, report: Report): string[] {
  const list = fields.list('tags');
  const tags = list === undefined ? [] : items(list).map((item) => readString(item, report));
  return [...new Set(tags.filter((tag) => tag !== undefined))];
}

function readBinding(fields: Fields, report: Report): CatalogEntry['binding'] {
  const object = fields.object('binding');
  if (object === undefined) return undefined;
  const binding = new Fields(object, BINDING_KEYS, report);
  return withoutUndefined({
    type: binding.string('type'),
    provider: binding.string('provider'),
    format: binding.string('format'),
  });
}

function readReadiness(fields: Fields, report: Report): CatalogEntry['readiness'] {
  const object = fields.object('readiness');
  if (object === undefined) return undefined;
  const readiness = new Fields(object, READINESS_KEYS, report);
  return withoutUndefined({
    wait: readiness.boolean('wait'),
    timeoutSeconds: readiness.count('timeoutseconds', MAX_TIMEOUT),
  });
}

function readLimits(fields: Fields, report: Report): CatalogEntry['limits'] {
  const object = fields.object('limits');
  if (object === undefined) return undefined;
  const limits = new Fields(object, LIMITS_KEYS, report);
  return withoutUndefined({
    perNamespace: limits.count('pernamespace', MAX_INSTANCES),
    total: limits.count('total', MAX_INSTANCES),
  });
}

function readSchema(key: string, fields: Fields, report: Report): JsonObject | undefined {
  const field = fields.object(key);
  if (field === undefined) return undefined;
  const schema = objectToJson(field.node);
  if (Buffer.byteLength(JSON.stringify(schema)) > MAX_SCHEMA) {
    report.add('schema-size', field, 'is larger than 64 kB, which platforms do not take; make it smaller');
    return undefined;
  }
  const parts = schemaParts(schema);
  if (parts > MAX_SCHEMA_PARTS) {
    const message = `has ${parts} keys and items, and more than ${MAX_SCHEMA_PARTS} take too long to check; make it simpler`;
    report.add('schema-size', field, message);
    return undefined;
  }
  const reference = externalReference(schema);
  if (reference !== undefined) {
    const message = `refers to another document at ${reference}; move the definition into $defs of this schema`;
    report.add('schema-reference', field, message);
    return undefined;
  }
  const compiled = compileSchema(schema);
  if (compiled.ok) return schema;
  report.add('schema-invalid', field, `is not a JSON Schema for parameters: ${compiled.problem}; correct it`);
  return undefined;
}
