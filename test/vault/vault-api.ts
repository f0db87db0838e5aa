import type { JsonObject } from '@mesitis/kube';
import type { ReviewToken } from './auth-methods.js';
import { configureAuth, login, tokenStore } from './auth-methods.js';
import { may, mayEnter } from './policies.js';
import { dynamic, kv1, kv2 } from './secrets-engines.js';
import type { Call, Mount, Reply, Space, Token, VaultState } from './vault-state.js';
import { DENIED, durationOf, emptySpace, failure, mountAt, NOTHING, ok, textOf } from './vault-state.js';

/** Answers one request of Vault's HTTP API, as far as it is played here. */
export function answer(state: VaultState, call: Call, review: ReviewToken): Reply {
  state.sweep();
  const space = state.space(call.namespace);
  if (space === undefined) return failure(404, `no handler for route "${call.path}". route entry not found.`);
  const auth = call.path.startsWith('auth/') ? mountAt(space.auths, call.path.slice(5)) : undefined;
  if (auth?.below === 'login') return login(state, auth.mount, call, review);
  if (call.token === undefined) return failure(400, 'missing client token');
  const token = state.tokens.get(call.token);
  if (token === undefined)
    return failure(403, '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n');
  if (call.path.startsWith(MOUNTS)) return describeMount(space, token, call.path.slice(MOUNTS.length));
  if (!may(space, token, capabilityOf(call.method), call.path)) return DENIED;
  if (auth !== undefined) return configureAuth(auth.mount, auth.below, call);
  return permitted(state, space, call, token);
}

const MOUNTS = 'sys/internal/ui/mounts/';

function permitted(state: VaultState, space: Space, call: Call, token: Token): Reply {
  if (call.path.startsWith('auth/token/')) return tokenStore(state, call, token);
  if (call.path.startsWith('sys/leases/')) return leases(state, call);
  if (call.path.startsWith('sys/')) return configure(state, space, call);
  return engine(state, space, call, token);
}

function capabilityOf(method: string): string {
  return method === 'GET' ? 'read' : method === 'DELETE' ? 'delete' : 'update';
}

function engine(state: VaultState, space: Space, call: Call, token: Token): Reply {
  const found = mountAt(space.mounts, call.path);
  if (found === undefined) return failure(404, `no handler for route "${call.path}". route entry not found.`);
  const { mount, below } = found;
  if (mount.type !== 'kv') return dynamic(state, found, call, token);
  return mount.version === '2' ? kv2(state, mount, below, call) : kv1(mount, below, call);
}

function describeMount(space: Space, token: Token, path: string): Reply {
  const found = mountAt(space.mounts, path);
  if (found === undefined || !mayEnter(space, token, found.at)) {
    return failure(
      403,
      "preflight capability check returned 403, please ensure client's policies grant access to path",
    );
  }
  const { type, version } = found.mount;
  return ok({ path: `${found.at}/`, type, options: version === undefined ? null : { version } });
}

function leases(state: VaultState, call: Call): Reply {
  const id = call.body['lease_id'];
  const lease = typeof id === 'string' ? state.leases.get(id) : undefined;
  const mine = lease?.namespace === call.namespace ? lease : undefined;
  if (call.path === 'sys/leases/revoke') {
    if (mine !== undefined) state.endLease(mine.id);
    return NOTHING;
  }
  if (call.path !== 'sys/leases/renew') return failure(404, 'unsupported path');
  if (mine === undefined) return failure(400, 'lease not found');
  if (!mine.renewable) return failure(400, 'lease is not renewable');
  const wanted = durationOf(call.body['increment']) || mine.ttl;
  const ttl = Math.floor(Math.min(wanted, (mine.endsAt - state.now()) / 1000));
  mine.expiresAt = state.now() + ttl * 1000;
  return { status: 200, body: { lease_id: mine.id, renewable: true, lease_duration: ttl, data: null } };
}

/** What an administrator sets up, in the calls that a real Vault takes too. */
function configure(state: VaultState, space: Space, { path, body, namespace }: Call): Reply {
  const [, what = '', ...rest] = path.split('/');
  const name = rest.join('/');
  switch (what) {
    case 'mounts':
      space.mounts.set(name, mountOf(body));
      return NOTHING;
    case 'auth':
      space.auths.set(name, mountOf(body));
      return NOTHING;
    case 'policies':
      space.policies.set(name.replace(/^acl\//, ''), rulesOf(textOf(body['policy'])));
      return NOTHING;
    case 'namespaces':
      state.spaces.set(namespace === '' ? name : `${namespace}/${name}`, emptySpace());
      return NOTHING;
    default:
      return failure(404, 'unsupported path');
  }
}

function mountOf(body: JsonObject): Mount {
  const options = (body['options'] ?? {}) as JsonObject;
  const version = options['version'];
  return { type: textOf(body['type']), data: new Map(), ...(typeof version === 'string' ? { version } : {}) };
}

/** A policy in Vault's JSON syntax. */
function rulesOf(policy: string): Map<string, string[]> {
  const { path } = JSON.parse(policy) as { path: Record<string, { capabilities: string[] }> };
  return new Map(Object.entries(path).map(([pattern, { capabilities }]) => [pattern, capabilities]));
}
