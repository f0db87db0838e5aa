/**
 * A ConfigMap about which nothing is believed: the API server checks what it stores, but files that are linted offline
 * and requests on their way to the API server may hold anything.
 */
export interface LooseConfigMap {
  name: string;
  metadata: ReadonlyMap<string, unknown>;
  labels: ReadonlyMap<string, unknown>;
  data: ReadonlyMap<string, unknown>;
  binaryData: ReadonlyMap<string, unknown>;
}

/** Looks at anything as a ConfigMap. What is not there is empty; maps, so that no key is taken for a method. */
export function looseConfigMap(value: unknown): LooseConfigMap {
  const root = entries(value);
  const metadata = entries(root.get('metadata'));
  const name = metadata.get('name');
  return {
    name: typeof name === 'string' ? name : '',
    metadata,
    labels: entries(metadata.get('labels')),
    data: entries(root.get('data')),
    binaryData: entries(root.get('binaryData')),
  };
}

function entries(value: unknown): ReadonlyMap<string, unknown> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return new Map<string, unknown>(isObject ? Object.entries(value) : []);
}
