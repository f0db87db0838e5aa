import type { JsonObject } from '@mesitis/kube';
import { BrokerError } from '../errors.js';
import { isJsonObject } from '../json.js';
import type { VaultAnswer, VaultRequest, VaultServer } from './vault-transport.js';

/**
 * What failures of Vault mean for the platform. Vault's own words are recognised but never quoted: an error of a
 * database plug-in may hold a statement with a password in it.
 */

/** How messages name a Vault: neither user info nor a query of the URL is told. */
export function vaultName({ url, namespace }: VaultServer): string {
  const { origin, pathname } = new URL(url);
  const name = `Vault ${origin}${pathname.replace(/\/+$/, '')}`;
  return namespace === undefined ? name : `${name} (namespace ${namespace})`;
}

/** A failure that the provider has to mend. */
export function misconfigured(description: string, cause?: unknown): BrokerError {
  return new BrokerError('OfferingMisconfigured', description, { cause });
}

/** A failure that passes. */
export function unavailable(description: string, cause?: unknown): BrokerError {
  return new BrokerError('CredentialSourceUnavailable', description, { cause });
}

/** Whether one of the errors and warnings of an answer holds the pattern. */
export function says({ body }: VaultAnswer, pattern: RegExp): boolean {
  const lines = [body?.['errors'], body?.['warnings']].flat();
  return lines.some((line) => typeof line === 'string' && pattern.test(line));
}

/** Whether an answer may be another one a moment later (Vault's "HTTP status codes"). */
export function isPassing({ status }: VaultAnswer): boolean {
  return status >= 500 || status === 429 || status === 412 || status === 472 || status === 473;
}

const UNTRUSTED = /^(CERT_|ERR_TLS_CERT|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/;
const NOT_TLS = /^(ERR_SSL_|EPROTO$|HPE_)/;

/** Why no answer came, as far as Node's code tells; `permanent` when asking again is useless. */
export function unreachable(server: VaultServer, code: string): { permanent: boolean; error: BrokerError } {
  const name = vaultName(server);
  if (UNTRUSTED.test(code)) {
    const message = `the certificate of ${name} is not trusted (${code}); ask the provider to name the Secret with its certificate authority in vaultauth.casecretname, or to correct the host in vaulturl`;
    return { permanent: true, error: misconfigured(message) };
  }
  if (NOT_TLS.test(code)) {
    const message = `${name} does not speak the protocol of its URL (${code}); ask the provider to correct http or https and the port in vaulturl`;
    return { permanent: true, error: misconfigured(message) };
  }
  if (code === 'ANSWER_TOO_LARGE') {
    const message = `${name} answered with more than a secret can hold; ask the provider to check vaulturl and vaultpath`;
    return { permanent: true, error: misconfigured(message) };
  }
  const message = `${name} can not be reached (${code}); try again, and if that does not help ask the provider to check vaulturl and that Vault runs`;
  return { permanent: false, error: unavailable(message) };
}

/** Why Vault does not work now. @param health the answer of `sys/health`, when there was one */
export function troubled(
  server: VaultServer,
  request: VaultRequest,
  answer: VaultAnswer,
  health: VaultAnswer | undefined,
): BrokerError {
  const name = vaultName(server);
  const state = health?.body ?? {};
  if (state['initialized'] === false) {
    return unavailable(`${name} is not initialized yet; ask its operators to initialize it`);
  }
  if (state['sealed'] === true || says(answer, /sealed/i)) {
    return unavailable(`${name} is sealed; ask its operators to unseal it`);
  }
  if (health?.status === 472 || answer.status === 472) {
    return unavailable(
      `${name} is a disaster recovery secondary, which answers nothing; ask the provider to name the primary in vaulturl`,
    );
  }
  if (answer.status === 429) return unavailable(`${name} is asked too often (429); try again later`);
  if (state['standby'] === true) {
    return unavailable(
      `${name} is a standby node that can not reach the active one (${answer.status}); try again later`,
    );
  }
  return unavailable(
    `${name} failed at ${request.method} ${request.path} (${answer.status}); try again later, and if that does not help look into Vault's log`,
  );
}

/** An answer that no caller expects: a redirect, another server, a status without a meaning here. */
export function unexpected(server: VaultServer, request: VaultRequest, answer: VaultAnswer): BrokerError {
  const name = vaultName(server);
  const what = `${request.method} ${request.path}`;
  if (answer.status >= 300 && answer.status < 400) {
    return misconfigured(
      `${name} redirects ${what} to a place that is not followed (another path, or from https to http); ask the provider to name the active node or its Service in vaulturl`,
    );
  }
  if (answer.body === undefined) {
    return misconfigured(
      `${name} answered ${what} with something that is not Vault's (${answer.status}); ask the provider to correct vaulturl`,
    );
  }
  return misconfigured(
    `${name} refused ${what} (${answer.status}); ask the provider to look into Vault's log and to correct credentialdata`,
  );
}

/** The member of an answer that is an object. */
export function objectIn({ body }: VaultAnswer, key: string): JsonObject | undefined {
  const value = body?.[key];
  return isJsonObject(value) ? value : undefined;
}
