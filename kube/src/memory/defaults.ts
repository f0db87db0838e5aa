import type { KubeObject } from '../port.js';
import { asRecord, asRecords, asString, isRecord, without } from './json.js';
import type { ResourceKind } from './kinds.js';

/**
 * What the API server itself writes into objects of a few built-in kinds before it stores them: only what Mesitis,
 * its demo or kubectl read back.
 */
export function withDefaults(kind: ResourceKind, object: KubeObject, now: string): KubeObject {
  if (kind.custom) return object;
  switch (kind.kind) {
    case 'Secret':
      return secret(object);
    case 'Service':
      return service(object);
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
      return { ...object, spec: { replicas: 1, ...asRecord(object['spec']) } };
    case 'Namespace':
      return namespace(object);
    case 'CustomResourceDefinition':
      return customResourceDefinition(object, now);
    default:
      return object;
  }
}

/** `stringData` is write-only: it is folded into `data`. */
function secret(object: KubeObject): KubeObject {
  const { stringData, data, type, ...rest } = object;
  const folded = Object.entries(asRecord(stringData)).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ]);
  const all: unknown = isRecord(stringData) ? { ...asRecord(data), ...Object.fromEntries(folded) } : data;
  return { ...rest, ...(all === undefined ? {} : { data: all }), type: type ?? 'Opaque' };
}

function service(object: KubeObject): KubeObject {
  const spec = asRecord(object['spec']);
  const ports = asRecords(spec['ports']).map((port) => ({
    protocol: 'TCP',
    targetPort: port['port'],
    ...port,
  }));
  return {
    ...object,
    spec: { type: 'ClusterIP', sessionAffinity: 'None', ...spec, ...(ports.length > 0 ? { ports } : {}) },
    status: object['status'] ?? { loadBalancer: {} },
  };
}

function namespace(object: KubeObject): KubeObject {
  const { metadata, spec, status } = object;
  const labels = { 'kubernetes.io/metadata.name': metadata.name ?? '', ...metadata.labels };
  return {
    ...object,
    metadata: { ...metadata, labels },
    spec: spec ?? { finalizers: ['kubernetes'] },
    status: status ?? { phase: 'Active' },
  };
}

/** Names are accepted and the definition is established at once. */
function customResourceDefinition(object: KubeObject, now: string): KubeObject {
  const spec = asRecord(object['spec']);
  const given = asRecord(spec['names']);
  const kind = asString(given['kind']);
  const names = { listKind: `${kind}List`, singular: kind.toLowerCase(), ...given };
  const previous = asRecord(object['status']);
  const condition = (type: string, reason: string, message: string): unknown =>
    asRecords(previous['conditions']).find((present) => present['type'] === type) ?? {
      type,
      status: 'True',
      lastTransitionTime: now,
      reason,
      message,
    };
  return {
    ...object,
    spec: { conversion: { strategy: 'None' }, ...spec, names },
    status: {
      ...without(previous, 'conditions'),
      acceptedNames: names,
      conditions: [
        condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
        condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
      ],
      storedVersions: asRecords(spec['versions'])
        .filter((version) => version['storage'] === true)
        .map((version) => version['name']),
    },
  };
}
