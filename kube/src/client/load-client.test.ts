import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, rootCertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { loadClient } from './load-client.js';

describe('a client that is alone in its process', () => {
  const before = getCACertificates('default');
  const known = rootCertificates.slice(0, 3);
  let directory: string;
  beforeEach(() => {
    setDefaultCACertificates(known);
    directory = mkdtempSync(join(tmpdir(), 'load-client-'));
  });
  afterEach(() => {
    setDefaultCACertificates(before);
    rmSync(directory, { recursive: true });
  });

  /** How many authorities the process knows by default, after a client tried to reach a server where there is none. */
  async function knownAfter(alone: boolean, cluster: object, user: object): Promise<number> {
    const kubeconfig = join(directory, 'config');
    const content = {
      'current-context': 'a',
      contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
      clusters: [{ name: 'a', cluster: { server: 'https://127.0.0.1:1', ...cluster } }],
      users: [{ name: 'a', user }],
    };
    writeFileSync(kubeconfig, JSON.stringify(content));
    const client = await loadClient({ kubeconfig, alone });
    await expect(client.raw('GET', '/')).rejects.toMatchObject({ name: 'KubeError' });
    client.close();
    return getCACertificates('default').length;
  }

  const authority = {
    'certificate-authority-data': Buffer.from(rootCertificates[0] ?? '').toString('base64'),
  };
  const token = { token: 'x' };
  const provider = { 'auth-provider': { name: 'oidc', config: {} } };

  test.each([
    {
      title: 'forgets those of Node where the cluster has its own',
      alone: true,
      cluster: authority,
      user: token,
      left: 0,
    },
    {
      title: 'needs them where the cluster has none',
      alone: true,
      cluster: {},
      user: token,
      left: known.length,
    },
    {
      title: 'needs them for whoever hands out its credentials',
      alone: true,
      cluster: authority,
      user: provider,
      left: known.length,
    },
    { title: 'or is not alone', alone: false, cluster: authority, user: token, left: known.length },
  ])('$title', async ({ alone, cluster, user, left }) => {
    expect(await knownAfter(alone, cluster, user)).toBe(left);
  });
});
