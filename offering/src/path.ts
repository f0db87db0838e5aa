/**
 * A place in a ConfigMap, or in the payload that one of its keys holds. A list that is linked from the end, so that
 * walking a payload costs one small object a node; it becomes text only when there is something to say.
 */
export type Path =
  | { root: 'config-map' }
  /** `name` is the payload's own path in the ConfigMap, e.g. `data.wrapped-resource`. */
  | { root: 'payload'; name: string }
  | { root?: never; parent: Path; segment: string | number };

/** Keys longer than this are cut in a path: a payload may hold a key of a megabyte. */
const MAX_KEY = 80;

/** A path in the ConfigMap itself. */
export function configMapPath(...segments: string[]): Path {
  return segments.reduce<Path>(childPath, { root: 'config-map' });
}

/** The root of the payload under a key of the ConfigMap's data. */
export function payloadPath(key: string): Path {
  return { root: 'payload', name: formatPath(configMapPath('data', key)) };
}

/** The path of a member or an item. */
export function childPath(parent: Path, segment: string | number): Path {
  return { parent, segment };
}

/** The path as people read it: `data.wrapped-resource: spec.ports[0].port`, `metadata.labels["mesitis/order"]`. */
export function formatPath(path: Path): string {
  const segments: string[] = [];
  let root = path;
  for (; root.root === undefined; root = root.parent) segments.unshift(formatSegment(root.segment));
  const inner = segments.join('').replace(/^\./, '');
  if (root.root === 'config-map') return inner;
  return inner === '' ? root.name : `${root.name}: ${inner}`;
}

function formatSegment(segment: string | number): string {
  if (typeof segment === 'number') return `[${segment}]`;
  const key = segment.length > MAX_KEY ? `${segment.slice(0, MAX_KEY)}…` : segment;
  return /^[A-Za-z_][\w-]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
