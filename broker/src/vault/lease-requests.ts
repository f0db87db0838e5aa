import type { IssuedLease } from './issued-lease.js';
import { granted } from './issued-lease.js';
import { misconfigured, says, unavailable, unexpected, vaultName } from './vault-failure.js';
import { seconds, tokenOf } from './vault-login.js';
import type { VaultSession } from './vault-session.js';
import type { VaultAnswer, VaultRequest } from './vault-transport.js';

/** What Vault says of a lease that it does not have (any more), or never renews. Other 400 come from the engine behind. */
const LEASE_IS_OVER = /lease not found|invalid lease|lease expired|lease is not renewable|not renewable/i;

/** What newer versions add to "permission denied" when the token itself is the reason. */
const TOKEN_IS_OVER = /invalid token|bad token|token not found/i;

/** Prolongs the token that the lease hangs on. A refusal is no failure: the term stays as it was. */
export async function renewLogin(
  session: VaultSession,
  issued: IssuedLease,
  now: number,
): Promise<IssuedLease> {
  const { login } = issued;
  if (!login.renewable) return issued;
  const body = { increment: `${login.duration}s` };
  const answer = await session.request({ method: 'POST', path: 'auth/token/renew-self', body });
  const renewed = tokenOf(answer);
  if (renewed === undefined) return { ...issued, login: { ...login, renewable: false } };
  return { ...issued, login: granted({ ...login, renewable: renewed.renewable }, renewed.duration, now) };
}

/** Prolongs the lease itself; undefined when it is over. @throws BrokerError when that should be tried again */
export async function renewLease(
  session: VaultSession,
  issued: IssuedLease,
  now: number,
): Promise<IssuedLease | undefined> {
  const { lease, leaseId, vaultPath } = issued;
  if (!lease.renewable) return issued;
  const body = { lease_id: leaseId, increment: lease.duration };
  const request: VaultRequest = { method: 'PUT', path: 'sys/leases/renew', body };
  const answer = await session.request(request);
  if (answer.status === 200 && answer.body !== undefined) {
    const { renewable, lease_duration: duration } = answer.body;
    return { ...issued, lease: granted({ ...lease, renewable: renewable === true }, seconds(duration), now) };
  }
  if (isOver(answer)) return undefined;
  throw leaseFailure(session, request, answer, `renew the lease of ${JSON.stringify(vaultPath)}`);
}

/** Ends the lease; true when it is gone, false when the session's token may not do that. */
export async function revokeLease(
  session: VaultSession,
  { leaseId, vaultPath }: IssuedLease,
): Promise<boolean> {
  const body = { lease_id: leaseId, sync: true };
  const request: VaultRequest = { method: 'PUT', path: 'sys/leases/revoke', body };
  const answer = await session.request(request);
  if (answer.status < 300 || isOver(answer)) return true;
  if (answer.status === 403) return false;
  throw leaseFailure(session, request, answer, `revoke the lease of ${JSON.stringify(vaultPath)}`);
}

/** Ends the token of the binding and all that hangs on it; true when it is gone. */
export async function revokeLogin(session: VaultSession): Promise<boolean> {
  const answer = await session.request({ method: 'POST', path: 'auth/token/revoke-self', body: {} });
  return answer.status < 300 || isOver(answer);
}

/** Who may not revoke. */
export function mayNotRevoke({ target: { server } }: VaultSession, { vaultPath }: IssuedLease): Error {
  return misconfigured(
    `${vaultName(server)} forbids to revoke the lease of ${JSON.stringify(vaultPath)}; ask the provider to give a policy of the broker's login the capability "update" on sys/leases/revoke`,
  );
}

function isOver(answer: VaultAnswer): boolean {
  return (
    (answer.status === 400 && says(answer, LEASE_IS_OVER)) ||
    (answer.status === 403 && says(answer, TOKEN_IS_OVER))
  );
}

function leaseFailure(
  session: VaultSession,
  request: VaultRequest,
  answer: VaultAnswer,
  doing: string,
): Error {
  const { server } = session.target;
  const name = vaultName(server);
  if (answer.status === 403) {
    return misconfigured(
      `${name} forbids to ${doing}; ask the provider to give a policy of the broker's login the capability "update" on ${request.path}`,
    );
  }
  // What an engine fails at is told with 400 too: the database can't be reached, its role is in use.
  if (answer.status === 400 && answer.body !== undefined) {
    return unavailable(`${name} could not ${doing} (400); it will be tried again, Vault's log tells why`);
  }
  return unexpected(server, request, answer);
}
