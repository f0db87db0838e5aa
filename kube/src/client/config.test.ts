import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadServerAccess } from './config.js';
import type { PodEnvironment, ServerAccess } from './config.js';
import { KubeconfigError } from './kubeconfig.js';
import type { KubeconfigChoice } from './kubeconfig.js';

describe('access to the API server', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function write(name: string, content: string): string {
    const path = join(directory, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  function load(
    kubeconfig: string | undefined,
    choice: KubeconfigChoice = {},
    environment: PodEnvironment = {},
  ): ServerAccess {
    return loadServerAccess(kubeconfig, choice, { home: directory, root: directory, environment });
  }

  /** A kubeconfig with one cluster and one user, given as the inside of YAML flow mappings. */
  function withUser(user: string, cluster = 'server: "https://kube:6443"'): string {
    return `{apiVersion: v1, kind: Config, current-context: c,
      clusters: [{name: c, cluster: {${cluster}}}], users: [{name: u, user: {${user}}}],
      contexts: [{name: c, context: {cluster: c, user: u, namespace: ns}}]}`;
  }

  it('is read from a file, certificates beside it', async () => {
    write('ca.crt', 'the authority');
    const inline = (text: string) => Buffer.from(text).toString('base64');
    const user = `client-certificate-data: ${inline('cert')}, client-key-data: ${inline('key')}`;
    const path = write(
      'config',
      withUser(user, 'server: "https://kube:6443", certificate-authority: ca.crt'),
    );
    const access = load(path);
    expect(access).toMatchObject({ serverUrl: 'https://kube:6443', defaultNamespace: 'ns' });
    expect(await access.readCredentials()).toEqual({
      tls: { ca: Buffer.from('the authority'), cert: Buffer.from('cert'), key: Buffer.from('key') },
      headers: {},
    });
  });

  it('is read from several files, those that are missing passed over', () => {
    const path = write('config', withUser('token: t'));
    expect(load(['/absent', path].join(delimiter)).serverUrl).toBe('https://kube:6443');
  });

  it('is read from the home directory when no file is named', () => {
    write('.kube/config', withUser('token: t', 'server: "https://home"'));
    expect(load(undefined).serverUrl).toBe('https://home');
    expect(load('').serverUrl).toBe('https://home');
  });

  it('is that of the service account in a pod, its token read anew each time', async () => {
    const account = 'var/run/secrets/kubernetes.io/serviceaccount';
    write(`${account}/ca.crt`, 'the authority');
    write(`${account}/namespace`, 'mesitis\n');
    write(`${account}/token`, 'one\n');
    const access = load(undefined);
    expect(access).toMatchObject({
      serverUrl: 'https://kubernetes.default.svc',
      defaultNamespace: 'mesitis',
    });
    const { headers, tls } = await access.readCredentials();
    expect([headers['Authorization'], tls.ca]).toEqual(['Bearer one', Buffer.from('the authority')]);
    write(`${account}/token`, 'two');
    expect((await access.readCredentials()).headers['Authorization']).toBe('Bearer two');
  });

  it.each<[string, PodEnvironment, string]>([
    [
      'the address of its Service',
      { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' },
      'https://10.96.0.1:443',
    ],
    [
      'an IPv6 address of it, in brackets',
      { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' },
      'https://[fd00::1]:6443',
    ],
    ['its name where the pod has no such variables', {}, 'https://kubernetes.default.svc'],
  ])('is found in a pod by %s', (_, environment, serverUrl) => {
    write('var/run/secrets/kubernetes.io/serviceaccount/token', 't');
    expect(load(undefined, {}, environment)).toMatchObject({ serverUrl, defaultNamespace: 'default' });
  });

  it('is had in a pod for somebody else, by the rights of its service account', async () => {
    const account = 'var/run/secrets/kubernetes.io/serviceaccount';
    write(`${account}/ca.crt`, 'the authority');
    write(`${account}/token`, 'one');
    const access = load(undefined, { as: 'bob', asGroups: ['dev'], namespaceOverride: 'other' });
    expect(access.defaultNamespace).toBe('other');
    expect((await access.readCredentials()).headers).toEqual({
      Authorization: 'Bearer one',
      'Impersonate-User': 'bob',
      'Impersonate-Group': ['dev'],
    });
  });

  it.each([
    ['by ourselves', ''],
    [
      'by the client',
      `, exec: {command: "${process.execPath}", args: ["-e", "console.log('{\\"status\\":{}}')"]}`,
    ],
  ])('takes data before a file of the same, read %s', async (_, exec) => {
    write('ca.crt', 'a file');
    write('tls.crt', 'a file');
    const inline = (text: string) => Buffer.from(text).toString('base64');
    const user = `client-certificate: tls.crt, client-certificate-data: ${inline('cert')}, client-key-data: ${inline('key')}`;
    const cluster = `server: "https://kube", certificate-authority: ca.crt, certificate-authority-data: ${inline('ca')}`;
    const { tls } = await load(write('config', withUser(user + exec, cluster))).readCredentials();
    expect(tls).toEqual({ ca: Buffer.from('ca'), cert: Buffer.from('cert'), key: Buffer.from('key') });
  });

  it('is unauthorized when a file is missing', async () => {
    const access = load(write('config', withUser('tokenFile: absent')));
    await expect(access.readCredentials()).rejects.toMatchObject({
      kind: 'unauthorized',
      message: expect.stringMatching(
        /^No credentials could be had .*ENOENT.*absent.*; check the user entry/,
      ) as unknown,
    });
  });

  it('does not blame the user for the certificate of the authority', async () => {
    const access = load(
      write('config', withUser('token: t', 'server: "https://kube", certificate-authority: absent')),
    );
    await expect(access.readCredentials()).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(
        /^The certificate of its authority .*ENOENT.*absent.*; name another file/,
      ) as unknown,
    });
  });

  it('needs nothing but the address of a server and a token where these are given', async () => {
    const access = load(undefined, { server: 'https://named', token: 't', as: 'a', asUid: '7' });
    expect(access.serverUrl).toBe('https://named');
    expect((await access.readCredentials()).headers).toEqual({
      Authorization: 'Bearer t',
      'Impersonate-User': 'a',
      'Impersonate-Uid': '7',
    });
  });

  it('works over plain HTTP', async () => {
    const access = load(write('config', withUser('token: t', 'server: "http://127.0.0.1:8080"')));
    expect((await access.readCredentials()).headers).toEqual({ Authorization: 'Bearer t' });
  });

  it('goes through the proxy that the cluster names', async () => {
    const cluster = 'server: "https://kube:6443", proxy-url: "http://proxy:3128", tls-server-name: inner';
    const { proxyAgent, tls } = await load(write('config', withUser('token: t', cluster))).readCredentials();
    expect(proxyAgent).toBeDefined();
    expect(tls.servername).toBe('inner');
  });

  it.each([
    ['a token', 'token: secret', { Authorization: 'Bearer secret' }],
    ['a name and a password', 'username: jane, password: pw', { Authorization: 'Basic amFuZTpwdw==' }],
    ['a file with a token', 'tokenFile: token', { Authorization: 'Bearer from a file' }],
    [
      'impersonation',
      'token: t, as: bob, as-groups: [dev, ops]',
      { Authorization: 'Bearer t', 'Impersonate-User': 'bob', 'Impersonate-Group': ['dev', 'ops'] },
    ],
    ['nothing', '', {}],
  ])('authenticates with %s', async (_, user, headers) => {
    write('token', 'from a file\n');
    const credentials = await load(write('config', withUser(user))).readCredentials();
    expect(credentials.headers).toEqual(headers);
  });

  it('runs a credential plugin, which learns who calls it', async () => {
    const script = `
      const { apiVersion, kind } = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
      console.log(JSON.stringify({ apiVersion, kind, status: { token: kind + process.env.EXTRA } }));`;
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: ['-e', script],
      env: [{ name: 'EXTRA', value: '-extra' }],
    };
    const access = load(write('config', withUser(`exec: ${JSON.stringify(exec)}`)));
    expect((await access.readCredentials()).headers).toEqual({
      Authorization: 'Bearer ExecCredential-extra',
    });
  });

  it('is unauthorized when the credential plugin fails', async () => {
    const exec = {
      command: process.execPath,
      args: ['-e', 'console.error("log in first\\nmore"); process.exit(1)'],
    };
    const access = load(write('config', withUser(`exec: ${JSON.stringify(exec)}`)));
    await expect(access.readCredentials()).rejects.toMatchObject({
      kind: 'unauthorized',
      message:
        'No credentials could be had for the API server (log in first); check the user entry of the kubeconfig.',
    });
  });

  it.each<[string, () => string | undefined, string]>([
    [
      'a file that does not exist',
      () => '/absent',
      'The kubeconfig /absent does not exist; name an existing file.',
    ],
    [
      'nothing at all',
      () => undefined,
      'There is neither a kubeconfig nor a service account; set KUBECONFIG',
    ],
    ['a file without a current context', () => write('empty', '{}'), 'No cluster is chosen in '],
  ])('is not to be had from %s', (_, path, message) => {
    const kubeconfig = path();
    expect(() => load(kubeconfig)).toThrow(KubeconfigError);
    expect(() => load(kubeconfig)).toThrow(message);
  });

  it('is not to be found in an empty file, which says nothing', () => {
    expect(() => load(write('config', '\n'))).toThrow('No cluster is chosen in');
  });

  it('does not quote a file that cannot be parsed', () => {
    const path = write('broken', 'users:\n- name: u\n  user: {token: secret-token');
    expect(() => load(path)).toThrow(
      /^The kubeconfig .*broken cannot be read \([^\n]*\); correct it or name another\.$/,
    );
    expect(() => load(path)).not.toThrow('secret-token');
  });
});
