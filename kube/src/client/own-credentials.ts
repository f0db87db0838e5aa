import { readFile } from 'node:fs/promises';
import type { OutgoingHttpHeaders } from 'node:http';
import type { Credentials, TlsSettings } from './credentials.js';
import type { ChosenAccess } from './kubeconfig.js';

/** What the credentials of a connection follow from. */
export type Identity = Pick<ChosenAccess, 'cluster' | 'user' | 'asGroups' | 'asUid'>;

type Entry = ChosenAccess['user'];

/** Whether {@link readOwnCredentials} can have them: it runs no plugin, asks no OIDC provider and knows no proxy. */
export function areOwn({ cluster, user }: Identity): boolean {
  return !('exec' in user) && !('auth-provider' in user) && text(cluster, 'proxy-url') === undefined;
}

/**
 * The credentials that stand in a kubeconfig or in files that it names. As with kubectl, data count before a file, and
 * the file of a token before the token itself. The Kubernetes client could read them, too, but to load that takes 0.7 s
 * of CPU and 95 MB, in each server and at each command.
 *
 * @throws the error of the file system when a file can't be read
 */
export async function readOwnCredentials({ cluster, user, asGroups, asUid }: Identity): Promise<Credentials> {
  const [ca, cert, key, authorization] = await Promise.all([
    bytes(cluster, 'certificate-authority'),
    bytes(user, 'client-certificate'),
    bytes(user, 'client-key'),
    authorizationOf(user),
  ]);
  const servername = text(cluster, 'tls-server-name');
  const as = text(user, 'as');
  const tls: TlsSettings = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
    ...(cluster['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
  };
  const headers: OutgoingHttpHeaders = {
    ...(authorization === undefined ? {} : { Authorization: authorization }),
    ...(as === undefined ? {} : { 'Impersonate-User': as }),
    ...(asGroups.length === 0 ? {} : { 'Impersonate-Group': asGroups }),
    ...(asUid === undefined ? {} : { 'Impersonate-Uid': asUid }),
  };
  return { tls, headers };
}

async function authorizationOf(user: Entry): Promise<string | undefined> {
  const name = text(user, 'username');
  if (name !== undefined) {
    return `Basic ${Buffer.from(`${name}:${text(user, 'password') ?? ''}`).toString('base64')}`;
  }
  const file = text(user, 'tokenFile');
  // Such files usually end in a newline, which no header may contain.
  const token = file === undefined ? text(user, 'token') : await readFile(file, 'utf8');
  return token === undefined ? undefined : `Bearer ${token.trim()}`;
}

/** What a field with the ending `-data` says in base64, else the file that the field names. */
async function bytes(entry: Entry, field: string): Promise<Buffer | undefined> {
  const data = text(entry, `${field}-data`);
  if (data !== undefined) return Buffer.from(data, 'base64');
  const file = text(entry, field);
  return file === undefined ? undefined : readFile(file);
}

function text(entry: Entry, field: string): string | undefined {
  const value = entry[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
