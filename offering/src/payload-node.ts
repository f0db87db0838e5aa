import type { Json, JsonObject } from './json.js';
import { childPath, type Path } from './path.js';
import { at, type Position } from './position.js';
import type { Place, Report } from './report.js';

/** What a node comes to when aliases are followed: nothing in it is shared. */
interface Extent {
  /** Nodes, this one included. */
  count: number;
  /** Characters of keys and strings. */
  length: number;
  /** Levels of objects and lists, this one included. */
  height: number;
}

/** A string, number, boolean or null of a payload. */
export interface ScalarNode {
  type: 'scalar';
  value: string | number | boolean | null;
  /** A number as written, since `1.10` and `1.1` are the same number; otherwise empty. */
  source: string;
  position: Position;
  extent: Extent;
}

/** A list of a payload. */
export interface ArrayNode {
  type: 'array';
  items: readonly PayloadNode[];
  position: Position;
  extent: Extent;
}

/** An object of a payload. Its keys differ from each other, and none is `__proto__`. */
export interface ObjectNode {
  type: 'object';
  members: readonly Member[];
  position: Position;
  extent: Extent;
}

/** One key of an object. */
export interface Member {
  key: string;
  position: Position;
  value: PayloadNode;
}

/**
 * A payload as a tree that still knows where each part stands. Nodes are never changed, so YAML aliases share them.
 */
export type PayloadNode = ScalarNode | ArrayNode | ObjectNode;

/** A scalar; numbers that JavaScript can't keep are noted. */
export function scalarNode(
  value: ScalarNode['value'],
  source: string,
  place: Place & { position: Position },
  report: Report,
): ScalarNode {
  if (typeof value === 'number' && !isExact(value, source)) {
    report.add(
      'payload-number',
      place,
      'is a number that cannot be kept exactly; put it in quotes or use a smaller one',
    );
  }
  return {
    type: 'scalar',
    value,
    source: typeof value === 'number' ? source : '',
    position: place.position,
    extent: { count: 1, length: typeof value === 'string' ? value.length : 0, height: 0 },
  };
}

function isExact(value: number, source: string): boolean {
  return Number.isFinite(value) && (!/^[-+]?\d+$/.test(source) || Number.isSafeInteger(value));
}

/** A list. */
export function arrayNode(items: readonly PayloadNode[], position: Position): ArrayNode {
  return { type: 'array', items, position, extent: extentOf(items, 0) };
}

/** An object; keys that come twice or that no object may have are noted. */
export function objectNode(
  members: readonly Member[],
  place: { path: Path; position: Position },
  report: Report,
): ObjectNode {
  const seen = new Set<string>();
  for (const { key, position } of members) {
    const where = (): Place => ({ path: childPath(place.path, key), position });
    if (seen.has(key))
      report.add('key-duplicate', where(), `is written twice${at(position)}; remove one of them`);
    if (key === '__proto__') report.add('key-forbidden', where(), `is not allowed${at(position)}; remove it`);
    seen.add(key);
  }
  const values = members.map(({ value }) => value);
  const keys = members.reduce((total, { key }) => total + key.length, 0);
  return {
    type: 'object',
    members,
    position: place.position,
    extent: extentOf(values, keys),
  };
}

/** The value of a node. Nothing is shared between its parts, whatever aliases the text had. */
export function toJson(node: PayloadNode): Json {
  switch (node.type) {
    case 'scalar':
      return node.value;
    case 'array':
      return node.items.map(toJson);
    case 'object':
      return objectToJson(node);
  }
}

/** {@link toJson} for an object. */
export function objectToJson(node: ObjectNode): JsonObject {
  // No key is `__proto__` (see ObjectNode). Object.fromEntries takes three times as long, and this is done for all.
  const object: JsonObject = {};
  for (const { key, value } of node.members) object[key] = toJson(value);
  return object;
}

function extentOf(children: readonly PayloadNode[], length: number): Extent {
  const extent = { count: 1, length, height: 0 };
  for (const child of children) {
    extent.count += child.extent.count;
    extent.length += child.extent.length;
    extent.height = Math.max(extent.height, child.extent.height);
  }
  return { ...extent, height: extent.height + 1 };
}
