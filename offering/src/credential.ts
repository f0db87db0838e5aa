import {
  Fields,
  isArray,
  isObject,
  items,
  knownKeys,
  members,
  readString,
  wrongType,
  type Field,
} from './fields.js';
import type { KindFamily, NamedKind } from './kinds.js';
import type { Credential, SecretKeys } from './model.js';
import { objectToJson, type ObjectNode } from './payload-node.js';
import type { Report } from './report.js';
import { DATA_KEY, hasUserInfo, HTTP_URL, OBJECT_NAME } from './syntax.js';
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
type Reader = (data: Field<ObjectNode>, report: Report) => Credential | undefined;

const READERS: Readonly<Record<DataKind, Reader>> = {
  CredentialFromCatalog: fromCatalog,
  CredentialFromClusterSecret: (data, report) => fromSecret('CredentialFromClusterSecret', data, report),
  CredentialFromProvisionedSecret: (data, report) =>
    fromSecret('CredentialFromProvisionedSecret', data, report),
  CredentialFromVault: fromVault,
};

const SECRET_KEYS = knownKeys(['secretname'], ['keys']);
const VAULT_KEYS = knownKeys(['vaulturl', 'vaultauth', 'vaultpath']);

/** The coordinates that provisioning puts into a binding. */
const COORDINATES = ['uri', 'host', 'port'];

/** Keys of `CredentialFromCatalog` whose letter case does not matter; all others are delivered as written. */
const KNOWN_VALUES = ['username', 'password'];

/** Reads the data of a credential kind. `fields` is the entry, in which it may be missing. */
export function readCredential(
  { kind, dataKey, data }: NamedKind<Credential['kind']>,
  fields: Fields,
  report: Report,
): Credential | undefined {
  if (kind === 'CredentialNoCredential') return noCredential(data, report);
  if (data === undefined) fields.missing(dataKey, `add an object with the data of ${kind}`);
  else if (isObject(data)) return READERS[kind](data, report);
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

/** Values are delivered as they are: `${` means nothing in them, and they may be empty. */
function fromCatalog(data: Field<ObjectNode>, report: Report): Credential {
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
    if (typeof value === 'string') values.set(name, value);
    else wrongType(field, 'a string', report);
  }
  if (data.node.members.length === 0) {
    report.add('value-empty', data, 'has no credentials; add some, or use CredentialNoCredential');
  }
  return { kind: 'CredentialFromCatalog', values: Object.fromEntries(values) };
}

function fromSecret(
  kind: 'CredentialFromClusterSecret' | 'CredentialFromProvisionedSecret',
  data: Field<ObjectNode>,
  report: Report,
): Credential | undefined {
  const fields = new Fields(data, SECRET_KEYS, report);
  const secretName = fields.string('secretname', { format: OBJECT_NAME });
  const field = fields.field('keys');
  const keys = field === undefined ? undefined : readKeys(field, report);
  return secretName === undefined ? undefined : withoutUndefined({ kind, secretName, keys });
}

function readKeys(field: Field, report: Report): SecretKeys | undefined {
  if (!isArray(field) && !isObject(field)) {
    wrongType(field, 'a list of keys, or an object from key in the Secret to key in the binding', report);
    return undefined;
  }
  const keys = new Map<string, string>();
  const targets = new Set<string>();
  const pairs = isArray(field) ? items(field).map((item) => [undefined, item] as const) : members(field);
  for (const [key, item] of pairs) {
    const target = readString(item, report, { format: DATA_KEY });
    const problem = key === undefined ? undefined : DATA_KEY.problem(key);
    if (problem !== undefined) report.add('credential-key', item, `has a key that ${problem}`);
    if (target === undefined) continue;
    if (COORDINATES.includes(target.toLowerCase())) {
      const message = `delivers ${target}, which provisioning fills in; deliver it under another name`;
      report.add('credential-key', item, message);
    }
    if (targets.has(target)) {
      report.add('key-duplicate', item, `delivers ${target} a second time; give each key a name of its own`);
    }
    targets.add(target);
    keys.set(key ?? target, target);
  }
  if (pairs.length === 0)
    report.add('value-empty', field, 'names no key; name some, or remove it to deliver all');
  return Object.fromEntries(keys);
}

function fromVault(data: Field<ObjectNode>, report: Report): Credential | undefined {
  const fields = new Fields(data, VAULT_KEYS, report);
  const vaultUrl = fields.string('vaulturl', { format: HTTP_URL });
  const vaultAuth = fields.object('vaultauth');
  const vaultPath = fields.string('vaultpath');
  const url = fields.raw('vaulturl');
  if (vaultUrl !== undefined && url !== undefined && hasUserInfo(vaultUrl)) {
    report.add('url-credentials', url, 'holds a user name or password; remove it and log in by vaultauth');
  }
  if (vaultAuth?.node.members.length === 0) {
    report.add('value-empty', vaultAuth, 'says nothing; say how to log in');
  }
  if (vaultUrl === undefined || vaultAuth === undefined || vaultPath === undefined) return undefined;
  return { kind: 'CredentialFromVault', vaultUrl, vaultAuth: objectToJson(vaultAuth.node), vaultPath };
}
