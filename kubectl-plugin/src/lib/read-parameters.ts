import { readFile } from 'node:fs/promises';
import type { JsonObject } from '@mesitis/kube';
import { joinParameters, parseJsonObject, splitPair, type GivenParameters } from './parameters.js';
import { inputError } from './plugin-error.js';

/** What the flags for parameters parse to. */
export interface ParameterFlags {
  parameter?: string[] | undefined;
  'params-json'?: string | undefined;
  'params-file'?: string | undefined;
}

/**
 * Reads what the flags give, before anything is asked of a cluster. A file is JSON or YAML; `-` is standard input.
 * @throws PluginError (exit code 2) for a mistake in the flags, or a file that can't be read or holds no object
 */
export async function readParameters(
  flags: ParameterFlags,
  readInput: () => Promise<string>,
): Promise<GivenParameters> {
  const pairs = flags.parameter ?? [];
  pairs.forEach(splitPair);
  const json = parseJsonObject(flags['params-json']);
  const name = flags['params-file'];
  const file = name === undefined ? {} : await readObject(name, readInput);
  return { pairs, objects: joinParameters(file, json) };
}

async function readObject(name: string, readInput: () => Promise<string>): Promise<JsonObject> {
  const { parse, YAMLParseError } = await import('yaml');
  let text: string;
  try {
    text = name === '-' ? await readInput() : await readFile(name, 'utf8');
  } catch (error) {
    throw inputError(`--params-file ${name} can't be read: ${(error as Error).message}`);
  }
  let value: unknown;
  try {
    value = parse(text, (_key, each: unknown) => {
      if (typeof each === 'number' && !Number.isFinite(each)) throw new RangeError('not a JSON number');
      return each;
    });
  } catch (error) {
    // Only the place: the parser's own message quotes the text, which may hold a password.
    const spot = error instanceof YAMLParseError ? error.linePos?.[0] : undefined;
    const place = spot === undefined ? '' : `:${spot.line}:${spot.col}`;
    throw inputError(`--params-file ${name}${place} is neither JSON nor YAML of JSON's types: correct it`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw inputError(`--params-file ${name} holds no object: write key: value, a line each`);
  }
  return value as JsonObject;
}
