import { misconfigured } from './vault-failure.js';

/** Where a path lies: the mount's own path without slashes at its ends, and what kind of engine is there. */
export interface VaultMount {
  path: string;
  engine: 'kv-1' | 'kv-2' | 'other';
}

/** The path as Vault's API wants it. @throws BrokerError OfferingMisconfigured when it can't be one */
export function cleanPath(vaultPath: string): string {
  const path = vaultPath.replace(/^\/+|\/+$/g, '');
  if (path.split('/').some((segment) => /^\.{0,2}$/.test(segment))) {
    throw misconfigured(
      `vaultpath ${JSON.stringify(vaultPath)} is not a path of Vault; ask the provider to write mount and path, such as secret/my-app`,
    );
  }
  return path;
}

/**
 * Reads the answer of `sys/internal/ui/mounts/<path>`. Its `type` is `kv` (of old: `generic`) with the version among
 * its options, or any other engine's.
 */
export function mountOf(data: Readonly<Record<string, unknown>>): VaultMount | undefined {
  const { path, type, options } = data;
  if (typeof path !== 'string' || typeof type !== 'string') return undefined;
  const isKv = type === 'kv' || type === 'generic';
  const version =
    typeof options === 'object' && options !== null && 'version' in options ? options.version : '1';
  return { path: path.replace(/\/+$/, ''), engine: isKv ? (version === '2' ? 'kv-2' : 'kv-1') : 'other' };
}

/**
 * The path to read, and another one to try where Vault does not tell which engine is there: the `data/` that KV v2
 * wants behind the mount may be left out, and the mount is then taken to be the first segment.
 */
export function pathsToRead(path: string, mount: VaultMount | undefined): [string, string?] {
  if (mount === undefined) {
    const [first = '', ...rest] = path.split('/');
    return rest.length === 0 || rest[0] === 'data' ? [path] : [path, [first, 'data', ...rest].join('/')];
  }
  if (mount.engine !== 'kv-2' || !path.startsWith(`${mount.path}/`)) return [path];
  const below = path.slice(mount.path.length + 1);
  return [below.startsWith('data/') ? path : `${mount.path}/data/${below}`];
}
