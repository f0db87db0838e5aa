import type { Json } from '../json.js';
import { toJson } from '../payload-node.js';
import { readPlainJson } from './plain-json.js';
import { readPlainYaml } from './plain-yaml.js';

/**
 * The value of one document, JSON or YAML, when it is written plainly enough that YAML 1.1, YAML 1.2 and JSON agree on
 * it. Undefined for all else, right or wrong: then a library has to read it. Many times as fast as one. Pure.
 */
export function readPlain(text: string): Json | undefined {
  const node = /^\s*[{[]/.test(text) ? readPlainJson(text, Infinity) : readPlainYaml(text);
  return node === undefined ? undefined : toJson(node);
}
