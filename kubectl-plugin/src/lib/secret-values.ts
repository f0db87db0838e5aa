import type { KubeObject } from '@mesitis/kube';
import { recordAt } from './objects.js';
import { renderTable } from './table.js';

/** One entry of a Secret, decoded. */
export interface SecretValue {
  key: string;
  bytes: Buffer;
}

/** A Secret's entries, sorted by key. */
export function secretValues(secret: KubeObject): SecretValue[] {
  return Object.entries(recordAt(secret, 'data'))
    .flatMap(([key, value]) =>
      typeof value === 'string' ? [{ key, bytes: Buffer.from(value, 'base64') }] : [],
    )
    .sort((one, other) => one.key.localeCompare(other.key));
}

/** Keys and values as a table; values are masked unless they were asked for. */
export function secretTable(values: readonly SecretValue[], show: boolean, width?: number): string {
  const rows = values.map(({ key, bytes }) => [
    key,
    show ? readable(bytes) : `•••••••• (${counted(bytes.length)})`,
  ]);
  // What was asked for is shown whole: half a password helps nobody.
  return renderTable({ header: ['KEY', 'VALUE'], rows }, show ? undefined : width);
}

/**
 * Lines that a shell evaluates: `export key='value'`. Names are those that `envFrom` would set in a Pod; a character
 * that a shell allows in no name becomes `_`.
 * @returns the lines, and the keys that can't be told (binary values; two keys that become one name)
 */
export function secretEnvironment(values: readonly SecretValue[]): { lines: string; left: string[] } {
  const taken = new Set<string>();
  const left: string[] = [];
  const lines = values.map(({ key, bytes }) => {
    const name = key.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_');
    const text = textOf(bytes);
    if (text === undefined || text.includes('\0') || taken.has(name)) {
      left.push(key);
      return '';
    }
    taken.add(name);
    return `export ${name}='${text.replaceAll("'", `'\\''`)}'\n`;
  });
  return { lines: lines.join(''), left };
}

/** Text with its control characters escaped, so that a value can't play tricks on a terminal or a table. */
function readable(bytes: Buffer): string {
  const text = textOf(bytes);
  if (text === undefined) return `<binary, ${counted(bytes.length)}>`;
  return text.replaceAll(/\p{Cc}/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return character === '\n' ? '\\n' : `\\x${code.toString(16).padStart(2, '0')}`;
  });
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function counted(length: number): string {
  return length === 1 ? '1 byte' : `${length} bytes`;
}
