import { randomBytes } from 'node:crypto';
import type { JsonObject } from '@mesitis/kube';
import type { Call, Mount, Reply, Token, VaultState } from './vault-state.js';
import { durationOf, failure, newId, NOTHING, ok } from './vault-state.js';

/** One version of a secret in KV v2. */
interface Version {
  data: JsonObject;
  createdAt: string;
  deletedAt?: string;
  isDestroyed?: boolean;
}

/** KV v1: what was written is read back. */
export function kv1({ data }: Mount, below: string, { method, body }: Call): Reply {
  if (method === 'DELETE') data.delete(below);
  else if (method !== 'GET') data.set(below, body);
  if (method !== 'GET') return NOTHING;
  const secret = data.get(below) as JsonObject | undefined;
  return secret === undefined ? failure(404) : ok(secret, { lease_duration: 2_764_800 });
}

/** KV v2: versions, soft deletion, destruction. */
export function kv2(state: VaultState, { data }: Mount, below: string, call: Call): Reply {
  const [what, ...rest] = below.split('/');
  const path = rest.join('/');
  const versions = (data.get(path) as Version[] | undefined) ?? [];
  const at = new Date(state.now()).toISOString();
  if (what === 'destroy') {
    for (const number of call.body['versions'] as number[])
      Object.assign(versions[number - 1] ?? {}, { isDestroyed: true });
    return NOTHING;
  }
  if (what !== 'data' || path === '') {
    const warnings = [
      'Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use.',
    ];
    return { ...ok(null, { warnings }), status: 404 };
  }
  if (call.method === 'DELETE') {
    Object.assign(versions.at(-1) ?? {}, { deletedAt: at });
    return NOTHING;
  }
  if (call.method !== 'GET') {
    data.set(path, [...versions, { data: call.body['data'] as JsonObject, createdAt: at }]);
    return ok({ version: versions.length + 1, created_time: at, deletion_time: '', destroyed: false });
  }
  return readVersion(versions);
}

function readVersion(versions: readonly Version[]): Reply {
  const last = versions.at(-1);
  if (last === undefined) return failure(404);
  const isGone = last.deletedAt !== undefined || last.isDestroyed === true;
  const metadata = {
    created_time: last.createdAt,
    custom_metadata: null,
    deletion_time: last.deletedAt ?? '',
    destroyed: last.isDestroyed ?? false,
    version: versions.length,
  };
  return { ...ok({ data: isGone ? null : last.data, metadata }), status: isGone ? 404 : 200 };
}

/** An engine that makes an account for each reading, under a lease. Stands for `database` and its kin. */
export function dynamic(
  state: VaultState,
  { at, mount, below }: { at: string; mount: Mount; below: string },
  call: Call,
  token: Token,
): Reply {
  const [what, name = ''] = below.split('/');
  if (what === 'roles' && call.method !== 'GET') {
    mount.data.set(name, call.body);
    return NOTHING;
  }
  if (what !== 'creds') return failure(404, 'unsupported path');
  if (call.method !== 'GET') return failure(405, 'unsupported operation');
  const role = mount.data.get(name) as JsonObject | undefined;
  if (role === undefined) return failure(400, `unknown role: ${name}`);
  const username = `v-${name}-${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  const accounts = accountsOf(mount);
  accounts.set(username, password);
  const ttl = durationOf(role['default_ttl']) || 2_764_800;
  const longest = durationOf(role['max_ttl']) || 2_764_800;
  const lease = {
    id: `${at}/${below}/${newId('lease')}`,
    namespace: call.namespace,
    tokenId: token.id,
    ttl,
    expiresAt: state.now() + ttl * 1000,
    endsAt: state.now() + longest * 1000,
    renewable: role['renewable'] !== false,
    end: () => {
      accounts.delete(username);
    },
  };
  state.leases.set(lease.id, lease);
  const { id, renewable } = lease;
  return ok({ username, password }, { lease_id: id, renewable, lease_duration: ttl });
}

/** The accounts that a dynamic engine made and did not take away yet. */
export function accountsOf(mount: Mount): Map<string, string> {
  const kept = mount.data.get('/accounts') as Map<string, string> | undefined;
  const accounts = kept ?? new Map<string, string>();
  mount.data.set('/accounts', accounts);
  return accounts;
}
