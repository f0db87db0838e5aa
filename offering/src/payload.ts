import { readJson } from './json-payload.js';
import { configMapPath, payloadPath, type Path } from './path.js';
import { MAX_PAYLOAD } from './limits.js';
import type { ObjectNode, PayloadNode } from './payload-node.js';
import type { LooseConfigMap } from './config-map.js';
import { nearest, quote } from './wording.js';
import { readYaml } from './yaml-payload.js';
import type { Report } from './report.js';

/** The keys of a ConfigMap's data that may hold the payload. The first is the one that messages recommend. */
export const PAYLOAD_KEYS = ['wrapped-resource', 'embedded-resource'] as const;

/** A payload's root, and where it is. */
export interface Payload {
  root: ObjectNode;
  path: Path;
}

/** Finds and reads the payload of a ConfigMap. What is wrong is noted in the report; an error means no result. */
export function readPayload(configMap: LooseConfigMap, report: Report): Payload | undefined {
  const key = payloadKey(configMap, report);
  if (key === undefined) return undefined;
  const path = payloadPath(key);
  const text = configMap.data.get(key);
  if (typeof text !== 'string') {
    report.add('value-type', { path }, 'must be text; put the object there as a block of JSON or YAML');
    return undefined;
  }
  if (Buffer.byteLength(text) > MAX_PAYLOAD) {
    report.add('payload-size', { path }, 'is larger than 1 MiB; make it smaller');
    return undefined;
  }
  if (text.trim() === '') {
    report.add('payload-missing', { path }, 'is empty; write the object there, in JSON or YAML');
    return undefined;
  }
  const root = readText(text, path, report);
  if (root === undefined || report.failed) return undefined;
  if (root.type !== 'object') {
    report.add('payload-object', { path, position: root.position }, 'must be an object with keys and values');
    return undefined;
  }
  return { root, path };
}

function readText(text: string, path: Path, report: Report): PayloadNode | undefined {
  const unmarked = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return /^\s*[{[]/.test(unmarked) ? readJson(unmarked, path, report) : readYaml(unmarked, path, report);
}

function payloadKey(configMap: LooseConfigMap, report: Report): string | undefined {
  const inData = PAYLOAD_KEYS.filter((key) => configMap.data.has(key));
  const inBinaryData = PAYLOAD_KEYS.filter((key) => configMap.binaryData.has(key));
  for (const key of inBinaryData) {
    const message = `must be text under data.${key}; binary data is not read`;
    report.add('payload-binary', { path: configMapPath('binaryData', key) }, message);
  }
  for (const key of configMap.data.keys()) {
    if (inData.some((known) => known === key)) continue;
    const meant = inData.length === 0 ? nearest(key, PAYLOAD_KEYS) : undefined;
    const remedy = meant === undefined ? 'move or remove it' : `rename it to ${meant}`;
    report.add('data-ignored', { path: configMapPath('data', key) }, `is not read by Mesitis; ${remedy}`);
  }
  const [first, second] = inData;
  if (first !== undefined && second !== undefined) {
    const message = `stands beside ${quote(first)}; keep one of the two`;
    report.add('payload-twice', { path: configMapPath('data', second) }, message);
    return undefined;
  }
  if (first === undefined && inBinaryData.length === 0) {
    const message = `is missing; put the object there, in JSON or YAML`;
    report.add('payload-missing', { path: configMapPath('data', PAYLOAD_KEYS[0]) }, message);
  }
  return first;
}
