/** A place in a ConfigMap (`document` undefined) or in the payload that one of its keys holds. */
export interface Path {
  /** The path of the payload in the ConfigMap, e.g. `data.wrapped-resource`. */
  document?: string;
  segments: readonly (string | number)[];
}

/** Keys longer than this are cut in a path: a payload may hold a key of a megabyte. */
const MAX_KEY = 80;

/** A path in the ConfigMap itself. */
export function configMapPath(...segments: string[]): Path {
  return { segments };
}

/** The root of the payload under a key of the ConfigMap's data. */
export function payloadPath(key: string): Path {
  return { document: formatPath(configMapPath('data', key)), segments: [] };
}

/** The path of a member or an item. */
export function childPath(path: Path, segment: string | number): Path {
  return { ...path, segments: [...path.segments, segment] };
}

/** The path as people read it: `data.wrapped-resource: spec.ports[0].port`, `metadata.labels["mesitis/order"]`. */
export function formatPath({ document, segments }: Path): string {
  const inner = segments.map(formatSegment).join('').replace(/^\./, '');
  if (document === undefined) return inner;
  return inner === '' ? document : `${document}: ${inner}`;
}

function formatSegment(segment: string | number): string {
  if (typeof segment === 'number') return `[${segment}]`;
  const key = segment.length > MAX_KEY ? `${segment.slice(0, MAX_KEY)}…` : segment;
  return /^[A-Za-z_][\w-]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
