import { afterEach, describe, expect, test } from '@jest/globals';
import { createLogger } from '../log.js';
import { followFiles } from '../files/follow-files.js';
import { TEST_CERTIFICATES } from '../testing/certificates.js';
import { SecretMount } from '../testing/secret-mount.js';
import type { CertificateFiles } from './certificate.js';
import { describeCertificate, readCertificate } from './certificate.js';

const [FIRST, SECOND] = TEST_CERTIFICATES;
let mount: SecretMount | undefined;

afterEach(async () => {
  await mount?.remove();
});

const keysOf = ({ cert, key }: { cert: string; key: string }): Record<string, string> => ({
  'tls.crt': cert,
  'tls.key': key,
});

async function mounted(keys: Record<string, string>): Promise<CertificateFiles> {
  mount = await SecretMount.make(keys);
  return { certificateFile: mount.path('tls.crt'), keyFile: mount.path('tls.key') };
}

describe('a certificate', () => {
  test('is read with its key, and described without it', async () => {
    const certificate = await readCertificate(await mounted(keysOf(FIRST)));
    expect(certificate).toEqual(FIRST);
    const described = describeCertificate(certificate);
    expect(described.subject).toBe('IP Address:127.0.0.1, DNS:broker-1');
    expect(Date.parse(described.validTo)).toBeGreaterThan(Date.parse('2100-01-01'));
  });

  test.each([
    ['the key of another', { cert: FIRST.cert, key: SECOND.key }],
    ['an empty key', { cert: FIRST.cert, key: '' }],
    ['something else', { cert: 'hunter2', key: FIRST.key }],
    ['the two the wrong way round', { cert: FIRST.key, key: FIRST.cert }],
  ])('with %s is refused, without quoting anything', async (_what, pair) => {
    await expect(readCertificate(await mounted(keysOf(pair)))).rejects.toThrow(
      /^no PEM certificate and key that belong together$/,
    );
  });

  test('that is not there is an error that names the file', async () => {
    const files = { certificateFile: '/nowhere/tls.crt', keyFile: '/nowhere/tls.key' };
    await expect(readCertificate(files)).rejects.toThrow('/nowhere/tls');
  });

  test('in a Secret that is renewed is read again, and a bad one changes nothing', async () => {
    const files = await mounted(keysOf(FIRST));
    const waiting: ((cert: string) => void)[] = [];
    const followed = await followFiles({
      what: 'certificate',
      folders: [mount?.folder ?? ''],
      read: () => readCertificate(files),
      describe: describeCertificate,
      onChange: ({ cert }) => waiting.shift()?.(cert),
      logger: createLogger({ write: () => undefined }),
    });
    const next = async (keys: Record<string, string>): Promise<string> => {
      const changed = new Promise<string>((resolve) => waiting.push(resolve));
      await mount?.replace(keys);
      return changed;
    };
    expect(await next(keysOf(SECOND))).toBe(SECOND.cert);
    await mount?.replace(keysOf({ cert: FIRST.cert, key: SECOND.key }));
    expect(await next(keysOf(FIRST))).toBe(FIRST.cert);
    followed.stop();
  });
});
