import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { readTogether } from '../files/read-together.js';
import type { AcceptedCredentials } from './authentication.js';

/** A credential longer than this is a file that was not meant; it could not come in a header either. */
const LENGTH_LIMIT = 4096;

/** The names that count: `username`, `password`, `token`, each with any suffix after a dash. */
const NAME = /^(username|password|token)(-[\w.-]+)?$/;

/**
 * Reads the credentials in a folder, as a mounted Secret of type `kubernetes.io/basic-auth` lays them out: `username` and
 * `password`, `token`, and any number of further ones with the same suffix, `username-2` and `password-2`. Other files are
 * passed over. A line end at the end of a file does not count. A plain folder will do as well.
 *
 * @throws what the file system throws, and an Error that says what is wrong with which file, without quoting it
 */
export async function readCredentialsFolder(folder: string): Promise<AcceptedCredentials> {
  const data = join(folder, '..data');
  return credentialsOf(
    await readTogether([data], async () => readFiles(await realpath(data).catch(() => folder))),
  );
}

async function readFiles(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(folder)).filter((name) => NAME.test(name)).sort();
  const texts = await Promise.all(names.map(async (name) => readFile(join(folder, name), 'utf8')));
  return new Map(names.map((name, index) => [name, (texts[index] ?? '').replace(/\r?\n$/, '')]));
}

function credentialsOf(files: ReadonlyMap<string, string>): AcceptedCredentials {
  const problems = [...files].flatMap(([name, value]) => problemsOf(name, value, files));
  if (files.size === 0) problems.push('the folder holds neither username and password nor token');
  if (problems.length > 0) throw new Error(problems.join('; '));
  const named = (what: string): [string, string][] => [...files].filter(([name]) => name.startsWith(what));
  return {
    basic: named('username').map(([name, username]) => ({
      username,
      password: files.get(partnerOf(name)) ?? '',
    })),
    bearer: named('token').map(([, token]) => token),
  };
}

/** What makes a pair with a file: `password-2` for `username-2`, and the reverse. */
function partnerOf(name: string): string {
  return name.startsWith('username')
    ? name.replace('username', 'password')
    : name.replace('password', 'username');
}

function problemsOf(name: string, value: string, files: ReadonlyMap<string, string>): string[] {
  const problem = problemOf(name, value);
  const partner = partnerOf(name);
  return [
    ...(problem === undefined ? [] : [`${name}: ${problem}`]),
    ...(files.has(partner) ? [] : [`${name}: there is no ${partner} beside it`]),
  ];
}

function problemOf(name: string, value: string): string | undefined {
  if (value === '') return 'is empty';
  if (value.length > LENGTH_LIMIT) return `is longer than ${LENGTH_LIMIT} characters`;
  // U+FFFD is what bytes become that are not UTF-8.
  if (/[\p{Cc}\uFFFD]/u.test(value)) return 'must be text without control characters, in UTF-8';
  if (name.startsWith('username') && value.includes(':')) return 'must not hold a colon';
  if (name.startsWith('token') && !/^[A-Za-z0-9\-._~+/]+=*$/.test(value)) {
    return 'may hold letters, digits and -._~+/ only';
  }
  return undefined;
}
