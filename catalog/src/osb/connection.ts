import type { KubeObject, ObjectRef } from '@mesitis/kube';
import type { ServiceBroker } from '../model/objects.js';
import type { OsbConnection } from './osb.js';

/** How to reach a broker, or why that can't be said. The message names Secrets and keys, never a value. */
export type ConnectionResult =
  | { ok: true; connection: OsbConnection }
  | { ok: false; about: 'broker' | 'credentials'; message: string };

/** The Secret that a broker's `authInfo` names; undefined without authentication. Basic wins over bearer. */
export function authSecret(broker: ServiceBroker): ObjectRef | undefined {
  const { authInfo } = broker.spec;
  const ref = (authInfo?.basic ?? authInfo?.bearer)?.secretRef;
  // Go clients send an empty name for none.
  if (ref?.name === undefined || ref.name === '') return undefined;
  // A namespaced broker may use only what lies beside it; manifests that name another namespace are old and tolerated.
  const namespace = broker.metadata.namespace ?? ref.namespace ?? '';
  return { apiVersion: 'v1', kind: 'Secret', namespace, name: ref.name };
}

/** Puts the connection together from the broker and its Secret as it was found. */
export function connectionOf(broker: ServiceBroker, secret: KubeObject | undefined): ConnectionResult {
  const { url, caBundle, insecureSkipTLSVerify = false, authInfo } = broker.spec;
  if (url === undefined || url === '') return invalid('brokers must have a remote url to contact');
  if (insecureSkipTLSVerify && caBundle !== undefined && caBundle !== '') {
    return invalid('caBundle cannot be used when insecureSkipTLSVerify is true');
  }
  const connection: OsbConnection = {
    url: url.replace(/\/+$/, ''),
    insecureSkipTLSVerify,
    ...(caBundle === undefined || caBundle === ''
      ? {}
      : { caBundle: Buffer.from(caBundle, 'base64').toString('utf8') }),
  };
  if (authInfo === undefined) return { ok: true, connection };
  const auth = authentication(broker, secret);
  return typeof auth === 'string'
    ? { ok: false, about: 'credentials', message: auth }
    : { ok: true, connection: { ...connection, auth } };
}

function authentication(
  broker: ServiceBroker,
  secret: KubeObject | undefined,
): NonNullable<OsbConnection['auth']> | string {
  const ref = authSecret(broker);
  if (ref === undefined) return 'auth config is required: name a Secret in authInfo.basic or authInfo.bearer';
  const where = `Secret "${ref.namespace ?? ''}/${ref.name}"`;
  if (secret === undefined) return `the ${where} does not exist`;
  const field = (key: string): string | undefined => secretText(secret, key);
  if (broker.spec.authInfo?.basic) {
    const [username, password] = [field('username'), field('password')];
    if (username === undefined || password === undefined) {
      return `the ${where} must have the keys "username" and "password"`;
    }
    return { type: 'basic', username, password };
  }
  const token = field('token');
  return token === undefined ? `the ${where} must have the key "token"` : { type: 'bearer', token };
}

/** One key of a Secret as text; undefined when it is not there. */
export function secretText(secret: KubeObject, key: string): string | undefined {
  const data: unknown = secret['data'];
  if (typeof data !== 'object' || data === null) return undefined;
  const value = (data as Record<string, unknown>)[key];
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : undefined;
}

function invalid(message: string): ConnectionResult {
  return { ok: false, about: 'broker', message };
}
