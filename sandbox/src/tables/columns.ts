import type { KubeObject } from '@mesitis/kube';
import { asRecord, asRecords, asString, isRecord } from '@mesitis/kube/memory';
import type { ResourceKind } from '@mesitis/kube/memory';
import { humanDuration } from './age.js';
import { valueAt } from './json-path.js';

/** One column of a Table: its head and the cell of an object. */
export interface Column {
  readonly name: string;
  readonly type: string;
  /** Above 0: only printed with `-o wide`. */
  readonly priority: number;
  readonly cell: (object: KubeObject, now: Date) => string | number;
}

/** The columns that `kubectl get` prints for a kind. */
export function columnsOf(kind: ResourceKind): Column[] {
  const name = column('Name', ({ metadata }) => metadata.name ?? '');
  if (!kind.custom)
    return [name, ...(WITHOUT_AGE.get(kind.kind) ?? [...(BUILT_IN.get(kind.kind) ?? []), AGE])];
  const own = kind.columns.map(({ name: title, type, jsonPath, priority }) => ({
    name: title,
    type,
    priority,
    cell: (object: KubeObject, now: Date) => customCell(valueAt(object, jsonPath), type, now),
  }));
  return [name, ...(own.length === 0 ? [AGE] : own)];
}

const AGE = column('Age', ({ metadata }, now) => age(metadata.creationTimestamp, now));

const READY_OF_REPLICAS = [
  column(
    'Ready',
    (object) => `${count(object, '.status.readyReplicas')}/${count(object, '.spec.replicas', 1)}`,
  ),
];

const WEBHOOKS = [column('Webhooks', (object) => asRecords(object['webhooks']).length)];

const BUILT_IN = new Map<string, Column[]>([
  ['ConfigMap', [column('Data', dataCount)]],
  ['Secret', [column('Type', (object) => asString(object['type'])), column('Data', dataCount)]],
  ['Namespace', [column('Status', (object) => asString(valueAt(object, '.status.phase')))]],
  [
    'Service',
    [
      column('Type', (object) => asString(valueAt(object, '.spec.type'))),
      column('Cluster-IP', (object) => orNone(valueAt(object, '.spec.clusterIP'))),
      column('External-IP', (object) => orNone(valueAt(object, '.spec.externalName'))),
      column('Port(s)', portsOf),
    ],
  ],
  ['Pod', [column('Status', (object) => asString(valueAt(object, '.status.phase')) || 'Pending')]],
  [
    'Deployment',
    [
      ...READY_OF_REPLICAS,
      column('Up-to-date', (object) => count(object, '.status.updatedReplicas')),
      column('Available', (object) => count(object, '.status.availableReplicas')),
    ],
  ],
  ['StatefulSet', READY_OF_REPLICAS],
  [
    'ReplicaSet',
    [
      column('Desired', (object) => count(object, '.spec.replicas', 1)),
      column('Current', (object) => count(object, '.status.replicas')),
      column('Ready', (object) => count(object, '.status.readyReplicas')),
    ],
  ],
  ['ValidatingWebhookConfiguration', WEBHOOKS],
  ['MutatingWebhookConfiguration', WEBHOOKS],
]);

const CREATED_AT = [column('Created At', ({ metadata }) => metadata.creationTimestamp ?? '')];

/** The kinds that say when instead of how long ago. */
const WITHOUT_AGE = new Map(
  ['CustomResourceDefinition', 'Role', 'ClusterRole'].map((kind) => [kind, CREATED_AT]),
);

function column(name: string, cell: Column['cell']): Column {
  return { name, type: 'string', priority: 0, cell };
}

function customCell(value: unknown, type: string, now: Date): string | number {
  if (value === undefined || value === null) return '';
  if (type === 'date') return age(asString(value), now);
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function age(timestamp: string | null | undefined, now: Date): string {
  return timestamp ? humanDuration(now.getTime() - Date.parse(timestamp)) : '<unknown>';
}

function dataCount(object: KubeObject): number {
  return Object.keys({ ...asRecord(object['data']), ...asRecord(object['binaryData']) }).length;
}

function count(object: KubeObject, path: string, absent = 0): number {
  const value = valueAt(object, path);
  return typeof value === 'number' ? value : absent;
}

function orNone(value: unknown): string {
  return asString(value) || '<none>';
}

function portsOf(object: KubeObject): string {
  const spec = object['spec'];
  const ports = asRecords(isRecord(spec) ? spec['ports'] : undefined);
  return (
    ports.map(({ port, protocol }) => `${Number(port)}/${asString(protocol) || 'TCP'}`).join(',') || '<none>'
  );
}
