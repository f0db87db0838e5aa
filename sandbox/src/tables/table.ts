import type { KubeObject } from '@mesitis/kube';
import type { ResourceKind } from '@mesitis/kube/memory';
import { columnsOf } from './columns.js';

/** Whether an Accept header asks for a Table first ("Receiving resources as Tables"). */
export function wantsTable(accept: string | undefined): boolean {
  const [first = ''] = (accept ?? '').split(',');
  return /;\s*as=Table\b/.test(first) && /;\s*g=meta\.k8s\.io\b/.test(first);
}

/** What a Table is made from. */
export interface TableSource {
  readonly kind: ResourceKind;
  readonly objects: readonly KubeObject[];
  readonly resourceVersion: string;
  /** `includeObject`: what each row carries of its object; `Metadata` unless told. */
  readonly include: string | null;
  readonly now: Date;
}

/** A `meta.k8s.io/v1` Table of objects of one kind. */
export function tableOf({
  kind,
  objects,
  resourceVersion,
  include,
  now,
}: TableSource): Record<string, unknown> {
  const columns = columnsOf(kind);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion },
    columnDefinitions: columns.map(({ name, type, priority }) => ({
      name,
      type,
      format: name === 'Name' ? 'name' : '',
      description: '',
      priority,
    })),
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object, now)),
      ...(include === 'None' ? {} : { object: include === 'Object' ? object : metadataOf(object) }),
    })),
  };
}

function metadataOf({ metadata }: KubeObject): Record<string, unknown> {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}
