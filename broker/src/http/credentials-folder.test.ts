import { afterEach, expect, test } from '@jest/globals';
import { SecretMount } from '../testing/secret-mount.js';
import { readCredentialsFolder } from './credentials-folder.js';

let mount: SecretMount | undefined;

afterEach(async () => {
  await mount?.remove();
});

async function read(files: Record<string, string>): ReturnType<typeof readCredentialsFolder> {
  mount = await SecretMount.make(files);
  return readCredentialsFolder(mount.folder);
}

test.each<[string, Record<string, string>, object]>([
  [
    'a basic-auth Secret',
    { username: 'u', password: 'p:w' },
    { basic: [{ username: 'u', password: 'p:w' }], bearer: [] },
  ],
  ['a token', { token: 'abc.def-1' }, { basic: [], bearer: ['abc.def-1'] }],
  [
    'several, for rotation, beside other keys',
    {
      username: 'u',
      password: 'old',
      'username-2': 'u',
      'password-2': 'new',
      token: 't1',
      'token-next': 't2',
      'ca.crt': '-----BEGIN',
      usernames: 'x',
    },
    {
      basic: [
        { username: 'u', password: 'old' },
        { username: 'u', password: 'new' },
      ],
      bearer: ['t1', 't2'],
    },
  ],
  [
    'values that end in a line end',
    { username: 'u\n', password: 'p \r\n', token: 't\n' },
    { basic: [{ username: 'u', password: 'p ' }], bearer: ['t'] },
  ],
])('%s is read', async (_what, files, credentials) => {
  expect(await read(files)).toEqual(credentials);
});

test.each<[Record<string, string>, string]>([
  [{}, 'the folder holds neither username and password nor token'],
  [{ 'ca.crt': 'x' }, 'the folder holds neither username and password nor token'],
  [{ username: 'hunter2' }, 'username: there is no password beside it'],
  [{ username: 'u', password: 'p', 'password-2': 'hunter2' }, 'password-2: there is no username-2 beside it'],
  [{ username: 'u:hunter2', password: 'p' }, 'username: must not hold a colon'],
  [{ username: 'u', password: '\n' }, 'password: is empty'],
  [{ token: 'hunter2 x' }, 'token: may hold letters, digits and -._~+/ only'],
  [{ token: 'hunter2\nx' }, 'token: must be text without control characters, in UTF-8'],
  [{ token: 'x'.repeat(4097) }, 'token: is longer than 4096 characters'],
])('%j is refused', async (files, problem) => {
  await expect(read(files)).rejects.toThrow(new Error(problem));
});

test('a folder that is not there is an error', async () => {
  await expect(readCredentialsFolder('/nowhere')).rejects.toMatchObject({ code: 'ENOENT' });
});
