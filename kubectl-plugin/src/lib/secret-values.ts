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

/** How a line of an environment is written. */
export type EnvironmentFormat = 'env' | 'dotenv';

/**
 * Lines that a shell evaluates, `export key='value'`, or those of a `.env` file, `key='value'`.
 * @returns the lines, and the keys that can't be told: those of {@link secretVariables} and, in a `.env` file, which has
 *   no escapes, those of values with a carriage return or every kind of quote
 */
export function secretEnvironment(
  values: readonly SecretValue[],
  format: EnvironmentFormat,
): { lines: string; left: string[] } {
  const quoted = format === 'env' ? quotedForShell : quotedForDotenv;
  const { variables, left } = secretVariables(values);
  const lines = variables.map(({ key, name, text }) => {
    const value = quoted(text);
    if (value === undefined) left.push(key);
    return value === undefined ? '' : `${format === 'env' ? 'export ' : ''}${name}=${value}\n`;
  });
  return { lines: lines.join(''), left };
}

/**
 * A Secret's entries as variables. Names are those that `envFrom` would set in a Pod; a character that a shell allows in
 * no name becomes `_`.
 * @returns the variables, and the keys that can't be one: binary values, and of two keys that become one name the second
 */
export function secretVariables(values: readonly SecretValue[]): {
  variables: { key: string; name: string; text: string }[];
  left: string[];
} {
  const taken = new Set<string>();
  const left: string[] = [];
  const variables = values.flatMap(({ key, bytes }) => {
    const name = key.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_');
    const text = textOf(bytes);
    if (text === undefined || text.includes('\0') || taken.has(name)) {
      left.push(key);
      return [];
    }
    taken.add(name);
    return [{ key, name, text }];
  });
  return { variables, left };
}

/**
 * Variables that decide what code a command loads. A Secret comes from another team, which must not choose that on the
 * machine of whoever runs a command with it.
 */
const LOADING =
  /^([Pp][Aa][Tt][Hh](EXT)?|IFS|ENV|SHELLOPTS|HOME|EDITOR|PAGER|BASH_.*|LD_.*|DYLD_.*|GIT_.*|NODE_.*|PYTHON.*|PERL.*|RUBY.*|JAVA_.*|_JAVA_.*|JDK_.*|KUBECONFIG)$/;

/** {@link secretVariables} for a command that runs on this machine, without those that decide what code it loads. */
export function commandVariables(values: readonly SecretValue[]): {
  variables: Record<string, string>;
  left: string[];
} {
  const { variables, left } = secretVariables(values);
  const loading = variables.filter(({ name }) => LOADING.test(name));
  const harmless = variables.filter(({ name }) => !LOADING.test(name));
  return {
    variables: Object.fromEntries(harmless.map(({ name, text }) => [name, text])),
    left: [...left, ...loading.map(({ key }) => key)],
  };
}

function quotedForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Readers of `.env` files know no escape that all agree on, so the quote is one that the text does not hold. */
function quotedForDotenv(text: string): string | undefined {
  if (text.includes('\r')) return undefined;
  if (!text.includes("'")) return `'${text}'`;
  // Between these, a backslash or a dollar sign means something to some.
  if (!/["\\$]/.test(text)) return `"${text}"`;
  return text.includes('`') ? undefined : `\`${text}\``;
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
