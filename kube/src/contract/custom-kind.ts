import type { KubeObject, ListQuery } from '../port.js';

/** The group, version and kind of the contract's own custom resource. */
export const NOTE = { apiVersion: 'contract.mesitis.io/v1', kind: 'Note' } as const;

/** Defines the kind that the contract uses: namespaced, with a status subresource, fields unknown to its schema kept. */
export const NOTE_DEFINITION: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'notes.contract.mesitis.io' },
  spec: {
    group: 'contract.mesitis.io',
    scope: 'Namespaced',
    names: { kind: 'Note', listKind: 'NoteList', plural: 'notes', singular: 'note' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

/** All notes of a namespace. */
export function notes(namespace: string): ListQuery {
  return { ...NOTE, namespace };
}
