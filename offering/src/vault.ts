import { Fields, knownKeys, wrongType, type Field, type Format } from './fields.js';
import type { Credential, VaultAuth } from './model.js';
import type { ObjectNode } from './payload-node.js';
import { Report } from './report.js';
import { readKeys } from './secret-keys.js';
import { hasUserInfo, HTTP_URL, OBJECT_NAME } from './syntax.js';
import { withoutUndefined } from './without-undefined.js';
import { listing, nearest, quote } from './wording.js';

const KEYS = knownKeys(['vaulturl', 'vaultauth', 'vaultpath'], ['keys']);

type Method = VaultAuth['method'];

const METHODS: readonly Method[] = ['kubernetes', 'approle', 'token'];

/** Each method has keys of its own. */
const AUTH_KEYS = {
  kubernetes: knownKeys(['method', 'role'], ['mount', 'namespace', 'casecretname']),
  approle: knownKeys(['method', 'secretname'], ['mount', 'namespace', 'casecretname']),
  token: knownKeys(['method', 'secretname'], ['namespace', 'casecretname']),
};

/** While the method is not known, no key is. */
const ANY_AUTH_KEYS = knownKeys(['method'], ['role', 'mount', 'secretname', 'namespace', 'casecretname']);

/** A path in Vault, a mount or a namespace, as it stands in URLs. */
const VAULT_PATH: Format = {
  rule: 'vault-path',
  problem: (text) => {
    if (/^\/?v1\//.test(text)) return 'begins with the version of the API; leave v1/ out';
    const isPath = text.length <= 1_000 && /^[^\s\p{Cc}?#%\\/]+(\/[^\s\p{Cc}?#%\\/]+)*$/u.test(text);
    if (isPath && !text.split('/').some((segment) => segment === '.' || segment === '..')) return undefined;
    return 'is no path in Vault; write it as in secret/data/api, without a slash at its ends, blanks, "?", "#" and "%"';
  },
};

/** Reads the data of CredentialFromVault. */
export function fromVault(data: Field<ObjectNode>, report: Report): Credential | undefined {
  const fields = new Fields(data, KEYS, report);
  const vaultUrl = fields.string('vaulturl', { format: HTTP_URL });
  const auth = fields.object('vaultauth');
  const vaultAuth = auth === undefined ? undefined : readAuth(auth, report);
  const vaultPath = fields.string('vaultpath', { format: VAULT_PATH });
  const keys = readKeys(fields.field('keys'), report);
  const url = fields.raw('vaulturl');
  if (vaultUrl !== undefined && url !== undefined && hasUserInfo(vaultUrl)) {
    report.add('url-credentials', url, 'holds a user name or password; remove it and log in by vaultauth');
  }
  if (vaultUrl === undefined || vaultAuth === undefined || vaultPath === undefined) return undefined;
  return withoutUndefined({ kind: 'CredentialFromVault' as const, vaultUrl, vaultAuth, vaultPath, keys });
}

function readAuth(auth: Field<ObjectNode>, report: Report): VaultAuth | undefined {
  const method = readMethod(auth, report);
  if (method === undefined) return undefined;
  const fields = new Fields(auth, AUTH_KEYS[method], report);
  const common = withoutUndefined({
    namespace: fields.string('namespace', { format: VAULT_PATH }),
    caSecretName: fields.string('casecretname', { format: OBJECT_NAME }),
  });
  const mount = withoutUndefined({ mount: fields.string('mount', { format: VAULT_PATH }) });
  if (method === 'kubernetes') {
    const role = fields.string('role');
    return role === undefined ? undefined : { method, role, ...mount, ...common };
  }
  const secretName = fields.string('secretname', { format: OBJECT_NAME });
  if (secretName === undefined) return undefined;
  return method === 'approle'
    ? { method, secretName, ...mount, ...common }
    : { method, secretName, ...common };
}

function readMethod(auth: Field<ObjectNode>, report: Report): Method | undefined {
  // Only to find the method: the keys are judged once it is known.
  const lenient = new Report();
  const field = new Fields(auth, ANY_AUTH_KEYS, lenient).raw('method');
  if (field === undefined) {
    report.add('key-missing', auth, `has no method; write one of ${listing(METHODS, 'or')}`);
    return undefined;
  }
  const value = field.node.type === 'scalar' ? field.node.value : undefined;
  if (typeof value !== 'string') {
    wrongType(field, 'a string', report);
    return undefined;
  }
  const known = METHODS.find((method) => method === value.toLowerCase());
  if (known !== undefined) return known;
  const meant = nearest(value, METHODS);
  const remedy = meant === undefined ? `use ${listing(METHODS, 'or')}` : `did you mean ${meant}`;
  report.add('vault-auth', field, `is ${quote(value)}, which is no method of login; ${remedy}`);
  return undefined;
}
