import { Fields, isObject, knownKeys, members, wrongType, type Field } from './fields.js';
import type { KindFamily, NamedKind } from './kinds.js';
import type { Credential, SecretKeys } from './model.js';
import type { ObjectNode } from './payload-node.js';
import type { Report } from './report.js';
import { COORDINATES, readKeys } from './secret-keys.js';
import { DATA_KEY, OBJECT_NAME } from './syntax.js';
import { checkTemplate } from './template/check.js';
import type { ParameterFacts } from './template/parameter-facts.js';
import { hasExpression } from './template/scan.js';
import type { ExpressionPlace } from './template/place.js';
import { fromVault } from './vault.js';
import { withoutUndefined } from './without-undefined.js';

/** The credential kinds (design section 2). */
export const CREDENTIAL_KINDS: KindFamily<Credential['kind']> = {
  rule: 'credential-kind',
  kindKey: 'credentialkind',
  dataKey: 'credentialdata',
  names: {
    CredentialFromCatalog: 'CredentialFromCatalog',
    CredentialFromClusterSecret: 'CredentialFromClusterSecret',
    CredentialFromProvisionedSecret: 'CredentialFromProvisionedSecret',
    CredentialFromVault: 'CredentialFromVault',
    CredentialNoCredential: 'CredentialNoCredential',
  },
};

type DataKind = Exclude<Credential['kind'], 'CredentialNoCredential'>;
type Reader = (
  data: Field<ObjectNode>,
  report: Report,
  parameters: ParameterFacts | undefined,
) => Credential | undefined;

const READERS: Readonly<Record<DataKind, Reader>> = {
  CredentialFromCatalog: fromCatalog,
  CredentialFromClusterSecret: fromClusterSecret,
  CredentialFromProvisionedSecret: fromProvisionedSecret,
  CredentialFromVault: fromVault,
};

const SECRET_KEYS = knownKeys(['secretname'], ['keys']);

/** Keys of `CredentialFromCatalog` whose letter case does not matter; all others are delivered as written. */
const KNOWN_VALUES = ['username', 'password'];

/**
 * Reads the data of a credential kind.
 * @param fields the entry, in which the data may be missing
 * @param parameters what the entry's schema says of the parameters that expressions read
 */
export function readCredential(
  { kind, dataKey, data }: NamedKind<Credential['kind']>,
  fields: Fields,
  parameters: ParameterFacts | undefined,
  report: Report,
): Credential | undefined {
  if (kind === 'CredentialNoCredential') return noCredential(data, report);
  if (data === undefined) fields.missing(dataKey, `add an object with the data of ${kind}`);
  else if (isObject(data)) return READERS[kind](data, report, parameters);
  else wrongType(data, 'an object', report);
  return undefined;
}

function noCredential(data: Field | undefined, report: Report): Credential | undefined {
  const { node } = data ?? {};
  const isNothing =
    node === undefined ||
    (node.type === 'scalar' && node.value === null) ||
    (node.type === 'object' && node.members.length === 0);
  if (isNothing || data === undefined) return { kind: 'CredentialNoCredential' };
  report.add('credential-none', data, 'must be absent or {}, since CredentialNoCredential takes no data');
  return undefined;
}

/** Values may be empty, and hold expressions, in which values can be generated for each binding. */
function fromCatalog(
  data: Field<ObjectNode>,
  report: Report,
  parameters: ParameterFacts | undefined,
): Credential {
  const place: ExpressionPlace = { generates: 'binding', isText: true, isSecret: true, parameters };
  const values = new Map<string, string>();
  for (const [key, field] of members(data)) {
    const name = KNOWN_VALUES.find((known) => known === key.toLowerCase()) ?? key;
    const value = field.node.type === 'scalar' ? field.node.value : undefined;
    const problem = DATA_KEY.problem(key);
    if (problem !== undefined) report.add('credential-key', field, problem);
    if (COORDINATES.includes(key.toLowerCase())) {
      report.add('credential-key', field, 'is filled in by provisioning; remove it or rename it');
    }
    if (values.has(name)) {
      report.add('key-spelled-twice', field, `means the same as another key here; write ${name} once`);
    }
    if (typeof value === 'string') {
      values.set(name, value);
      checkTemplate(value, field, place, report);
    } else wrongType(field, 'a string', report);
  }
  if (data.node.members.length === 0) {
    report.add('value-empty', data, 'has no credentials; add some, or use CredentialNoCredential');
  }
  if ([...values].some(([key, value]) => key !== 'username' && value !== '' && !hasExpression(value))) {
    const message =
      'is written here for everybody who may read this ConfigMap, and is the same for every consumer; use CredentialFromClusterSecret, CredentialFromProvisionedSecret or CredentialFromVault, or ${generate.password(32)} for a value of each binding';
    report.add('credential-inline', data, message);
  }
  return { kind: 'CredentialFromCatalog', values: Object.fromEntries(values) };
}

function fromClusterSecret(data: Field<ObjectNode>, report: Report): Credential | undefined {
  const read = readSecret(data, undefined, report);
  return read === undefined ? undefined : { kind: 'CredentialFromClusterSecret', ...read };
}

/** What provisioning makes has names of the instance, so the Secret's name may hold expressions. */
function fromProvisionedSecret(
  data: Field<ObjectNode>,
  report: Report,
  parameters: ParameterFacts | undefined,
): Credential | undefined {
  const read = readSecret(data, { isText: true, parameters }, report);
  return read === undefined ? undefined : { kind: 'CredentialFromProvisionedSecret', ...read };
}

function readSecret(
  data: Field<ObjectNode>,
  expressions: ExpressionPlace | undefined,
  report: Report,
): { secretName: string; keys?: SecretKeys } | undefined {
  const fields = new Fields(data, SECRET_KEYS, report);
  const options = expressions === undefined ? {} : { expressions };
  const secretName = fields.string('secretname', { format: OBJECT_NAME, ...options });
  const keys = readKeys(fields.field('keys'), report);
  return secretName === undefined ? undefined : withoutUndefined({ secretName, keys });
}
