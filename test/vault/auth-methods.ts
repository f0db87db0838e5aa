import type { JsonObject } from '@mesitis/kube';
import type { Call, Mount, Reply, Token, VaultState } from './vault-state.js';
import { DENIED, durationOf, failure, listOf, newId, NOTHING, ok, textOf } from './vault-state.js';

/** Whose a ServiceAccount token is, as the TokenReview API of Kubernetes would tell. */
export type ReviewToken = (jwt: string) => { namespace: string; name: string } | undefined;

/** Makes a token by the `token_…` parameters that all auth methods share. */
export function issueToken(state: VaultState, settings: JsonObject, more: Partial<Token> = {}): Token {
  const period = durationOf(settings['token_period']);
  const ttl = period || durationOf(settings['token_ttl']) || 2_764_800;
  const longest = durationOf(settings['token_max_ttl']) || 2_764_800;
  const now = state.now();
  const type = settings['token_type'] === 'batch' ? 'batch' : 'service';
  const own = settings['token_no_default_policy'] === true ? [] : ['default'];
  const token: Token = {
    id: newId(type === 'batch' ? 'hvb' : 'hvs'),
    policies: [...own, ...listOf(settings['token_policies'])],
    type,
    createdAt: now,
    ttl,
    expiresAt: now + ttl * 1000,
    endsAt: period > 0 ? Infinity : now + longest * 1000,
    renewable: type === 'service',
    ...more,
  };
  state.tokens.set(token.id, token);
  return token;
}

/** The answer to a login and to the renewal of a token. */
export function tokenReply(token: Token, ttl: number): Reply {
  const { id, policies, renewable, type } = token;
  return ok(null, {
    auth: {
      client_token: id,
      accessor: newId('accessor'),
      policies,
      token_type: type,
      renewable,
      lease_duration: ttl,
    },
  });
}

/** `auth/token/…` for the token that asks. */
export function tokenStore(state: VaultState, call: Call, token: Token): Reply {
  switch (call.path) {
    case 'auth/token/create': {
      const { ttl, period, policies, explicit_max_ttl: longest, renewable } = call.body;
      const settings = {
        token_ttl: ttl,
        token_period: period,
        token_policies: policies,
        token_max_ttl: longest,
      };
      const isRenewable = renewable !== false;
      const made = issueToken(state, settings as JsonObject, { renewable: isRenewable });
      return tokenReply(made, made.ttl);
    }
    case 'auth/token/lookup-self': {
      const ttl = token.expiresAt === Infinity ? 0 : Math.floor((token.expiresAt - state.now()) / 1000);
      const { policies, renewable, type } = token;
      return ok({ ttl, creation_ttl: token.ttl, policies, renewable, type });
    }
    case 'auth/token/renew-self': {
      if (!token.renewable) return failure(400, 'lease is not renewable');
      const wanted = durationOf(call.body['increment']) || token.ttl;
      const ttl = Math.floor(Math.min(wanted, (token.endsAt - state.now()) / 1000));
      token.expiresAt = state.now() + ttl * 1000;
      return tokenReply(token, ttl);
    }
    case 'auth/token/revoke-self':
      if (token.type === 'batch') return failure(400, 'batch tokens cannot be revoked');
      state.endToken(token.id);
      return NOTHING;
    default:
      return failure(404, 'unsupported path');
  }
}

/** The paths of an AppRole or Kubernetes auth method that its administrators use. */
export function configureAuth(mount: Mount, below: string, call: Call): Reply {
  const [, role, what] = below.split('/');
  if (!below.startsWith('role/') || role === undefined) return failure(404, 'unsupported path');
  if (what === undefined) {
    const before = mount.data.get(role) as JsonObject | undefined;
    mount.data.set(role, { role_id: newId('role'), secret_ids: [], ...before, ...call.body });
    return NOTHING;
  }
  const settings = mount.data.get(role) as (JsonObject & { secret_ids: string[] }) | undefined;
  if (settings === undefined) return failure(404);
  if (what === 'role-id') return ok({ role_id: settings['role_id'] ?? '' });
  const secretId = newId('secret');
  settings.secret_ids.push(secretId);
  return ok({ secret_id: secretId, secret_id_accessor: newId('accessor') });
}

/** `auth/<mount>/login`, which takes no token. */
export function login(state: VaultState, mount: Mount, call: Call, review: ReviewToken): Reply {
  const settings =
    mount.type === 'approle' ? byAppRole(mount, call.body) : byKubernetes(mount, call.body, review);
  if ('status' in settings && 'body' in settings) return settings as unknown as Reply;
  const token = issueToken(state, settings as JsonObject);
  return tokenReply(token, token.ttl);
}

function byAppRole(mount: Mount, { role_id: roleId, secret_id: secretId }: JsonObject): JsonObject | Reply {
  const role = [...mount.data.values()].find((one) => (one as JsonObject)['role_id'] === roleId);
  const known = role as (JsonObject & { secret_ids: string[] }) | undefined;
  if (known === undefined || !known.secret_ids.includes(textOf(secretId))) {
    return failure(400, 'invalid role or secret ID');
  }
  return known;
}

function byKubernetes(mount: Mount, { role, jwt }: JsonObject, review: ReviewToken): JsonObject | Reply {
  const settings = mount.data.get(textOf(role)) as JsonObject | undefined;
  if (settings === undefined) return failure(400, `invalid role name "${textOf(role)}"`);
  const account = review(textOf(jwt));
  if (account === undefined) return DENIED;
  const isBound = (key: string, value: string): boolean => {
    const names = listOf(settings[key]);
    return names.includes(value) || names.includes('*');
  };
  if (!isBound('bound_service_account_names', account.name))
    return failure(403, 'service account name not authorized');
  return isBound('bound_service_account_namespaces', account.namespace)
    ? settings
    : failure(403, 'namespace not authorized');
}
