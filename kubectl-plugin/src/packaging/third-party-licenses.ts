import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The licences of what is in an executable: of Node, and of each npm package that the bundle has something of.
 * @param packages their folders by their names
 * @throws Error that names a package whose licence is not found
 */
export async function thirdPartyLicenses(packages: ReadonlyMap<string, string>): Promise<string> {
  const texts = await Promise.all(
    [...packages].map(
      async ([name, folder]) => `${'='.repeat(80)}\n${name}\n\n${await licenseIn(name, folder)}\n`,
    ),
  );
  return texts.join('\n');
}

async function licenseIn(name: string, folder: string): Promise<string> {
  const file = (await readdir(folder)).find((each) => /^(licen[cs]e|copying)/i.test(each));
  if (file !== undefined) return (await readFile(join(folder, file), 'utf8')).trim();
  const { license, author } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
  if (typeof license !== 'string') throw new Error(`${name} in ${folder} does not say its licence`);
  const holder = typeof author === 'string' ? author : author?.name;
  return holder === undefined ? license : `${license}, ${holder}`;
}

interface Manifest {
  license?: unknown;
  author?: string | { name: string };
}
