import { createHash } from 'node:crypto';

const LONGEST_NAME = 63;
const LONGEST_PREFIX = 30;

/**
 * The Kubernetes name of a class or plan, from its OSB id (service-catalog.md section 2.3): `a` to `y`, digits, and dots and
 * dashes where a DNS name may have them stay; every other character becomes `z<hex>z`. Lower-case UUIDs map to
 * themselves. A result over 63 characters is cut and made unique with the id's MD5. Names are compatible with
 * existing installations to the letter: instances refer to them.
 */
export function escapedName(id: string): string {
  const characters = Array.from(id);
  let name = '';
  for (const [index, character] of characters.entries()) {
    const atAnEnd = index === 0 || index === characters.length - 1;
    name += staysAsItIs(character, atAnEnd, name.at(-1))
      ? character
      : `z${(character.codePointAt(0) ?? 0).toString(16)}z`;
  }
  if (name.length <= LONGEST_NAME) return name;
  return `${name.slice(0, LONGEST_PREFIX).replace(/\.$/, '')}-${createHash('md5').update(id).digest('hex')}`;
}

function staysAsItIs(character: string, atAnEnd: boolean, previous: string | undefined): boolean {
  if (/^[a-y0-9]$/.test(character)) return true;
  if (atAnEnd) return false;
  if (character === '.') return previous !== '.' && previous !== '-';
  return character === '-' && previous !== '.';
}
