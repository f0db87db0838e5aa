import { isDeepStrictEqual } from 'node:util';
import { badRequest, unprocessablePatch } from './api-errors.js';
import { isRecord } from './json.js';

/** RFC 7386: the target with the patch merged in; null removes. Neither argument is changed. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged = new Map(isRecord(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/**
 * RFC 6902: the document after all operations. The argument is not changed.
 *
 * @throws KubeError `invalid` (422) when a path does not exist or a test fails, (400) when an operation is malformed
 */
export function jsonPatch(document: unknown, operations: readonly unknown[]): unknown {
  return operations.reduce(operate, document);
}

function operate(document: unknown, operation: unknown): unknown {
  if (!isRecord(operation)) throw badRequest('a JSON patch is a list of objects');
  const path = pointer(operation['path']);
  switch (operation['op']) {
    case 'add':
      return add(document, path, operation['value']);
    case 'remove':
      return remove(document, path);
    case 'replace':
      return replace(document, path, operation['value']);
    case 'copy':
      return add(document, path, read(document, pointer(operation['from'])));
    case 'move': {
      const from = pointer(operation['from']);
      return add(remove(document, from), path, read(document, from));
    }
    case 'test':
      if (isDeepStrictEqual(read(document, path), operation['value'])) return document;
      throw unprocessablePatch(`testing path /${path.join('/')} value failed`);
    default:
      throw badRequest(`unknown JSON patch operation ${JSON.stringify(operation['op'])}`);
  }
}

/** The reference tokens of a JSON pointer (RFC 6901). */
function pointer(text: unknown): string[] {
  if (typeof text !== 'string' || (text !== '' && !text.startsWith('/'))) {
    throw badRequest(`${JSON.stringify(text)} is not a JSON pointer; write "" or "/a/b"`);
  }
  return text
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((node, token) => {
    if (Array.isArray(node)) return node[index(node, token, node.length - 1)] as unknown;
    if (isRecord(node) && Object.hasOwn(node, token)) return node[token];
    throw missing(token);
  }, document);
}

function add(document: unknown, path: readonly string[], value: unknown): unknown {
  return atParent(document, path, value, (parent, token) =>
    Array.isArray(parent)
      ? parent.toSpliced(token === '-' ? parent.length : index(parent, token, parent.length), 0, value)
      : Object.fromEntries([...Object.entries(parent), [token, value]]),
  );
}

function replace(document: unknown, path: readonly string[], value: unknown): unknown {
  read(document, path);
  return atParent(document, path, value, (parent, token) =>
    Array.isArray(parent)
      ? parent.with(Number(token), value)
      : Object.fromEntries([...Object.entries(parent), [token, value]]),
  );
}

function remove(document: unknown, path: readonly string[]): unknown {
  read(document, path);
  return atParent(document, path, undefined, (parent, token) =>
    Array.isArray(parent)
      ? parent.toSpliced(Number(token), 1)
      : Object.fromEntries(Object.entries(parent).filter(([key]) => key !== token)),
  );
}

/** The document with the parent of the path's target replaced by what `change` makes of it. */
function atParent(
  document: unknown,
  path: readonly string[],
  whole: unknown,
  change: (parent: unknown[] | Record<string, unknown>, token: string) => unknown,
): unknown {
  const [token, ...rest] = path;
  if (token === undefined) return whole;
  if (!Array.isArray(document) && !isRecord(document)) throw missing(token);
  if (rest.length === 0) return change(document, token);
  const child = atParent(read(document, [token]), rest, whole, change);
  return Array.isArray(document)
    ? document.with(Number(token), child)
    : Object.fromEntries([...Object.entries(document), [token, child]]);
}

function index(list: readonly unknown[], token: string, last: number): number {
  if (!/^(0|[1-9]\d*)$/.test(token) || Number(token) > last) {
    throw unprocessablePatch(`index ${token} is outside of a list of ${list.length}`);
  }
  return Number(token);
}

function missing(token: string): Error {
  return unprocessablePatch(`the path of a JSON patch operation does not exist at "${token}"`);
}
