import type { JsonObject, KubeObject } from '@mesitis/kube';
import { nameOf } from '../objects.js';
import { perInstance } from './per-instance.js';

/** What a starter is made of. */
export interface StarterRequest {
  team: string;
  offering: string;
  uuid: string;
  whitelist: readonly string[];
  /** Where objects are made, or where the shared Service is. */
  namespace: string;
  provision:
    | { kind: 'url'; url: string }
    | { kind: 'shared'; service: string }
    /** Objects as their author could have written them, a Service among them. */
    | { kind: 'objects'; objects: readonly KubeObject[] };
}

/**
 * The ConfigMaps of an offering to start from: its entry, and the objects that it makes for each instance. They keep the
 * rules of the webhook; what only the team can know is left simple, for it to change.
 */
export function starterConfigMaps(
  request: StarterRequest,
): { name: string; labels: JsonObject; payload: JsonObject }[] {
  const { team, offering, uuid, whitelist, provision } = request;
  const objects = provision.kind === 'objects' ? perInstance(provision.objects) : [];
  const entry: JsonObject = {
    team,
    offering,
    description: `${offering} of team ${team}`,
    uuid,
    version: '1',
    whitelist: [...whitelist],
    ...provisionOf(request, objects),
    credentialkind: 'CredentialNoCredential',
  };
  return [
    {
      name: `wrapped-entry-${team}-${offering}`,
      labels: { 'mesitis/kind': 'catalog-entry', 'mesitis/enabled': 'true' },
      payload: entry,
    },
    ...objects.map((object, index) => ({
      name: `wrapped-${offering}-${object.kind.toLowerCase()}${countBefore(objects, index)}`,
      labels: {
        'mesitis/offering': offering,
        'mesitis/kind': `wrapped-${object.kind.toLowerCase()}`,
        'mesitis/enabled': 'true',
        'mesitis/order': String((index + 1) * 10),
      },
      payload: object as unknown as JsonObject,
    })),
  ];
}

/** A Deployment and its Service, for a team that has none yet. */
export function sampleObjects(offering: string): KubeObject[] {
  const labels = { app: offering };
  const container = { name: offering, image: 'nginx:1.29', ports: [{ name: 'http', containerPort: 80 }] };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: offering },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    },
    serviceFor(offering, labels, { name: 'http', port: 80, targetPort: 'http' }),
  ];
}

/** A Service in front of Pods with these labels. */
export function serviceFor(name: string, selector: JsonObject, port: JsonObject): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector, ports: [port] } };
}

function provisionOf(
  { offering, namespace, provision }: StarterRequest,
  objects: readonly KubeObject[],
): JsonObject {
  switch (provision.kind) {
    case 'url':
      return { provisionkind: 'ProvisionNonClusterURL', provisiondata: { url: provision.url } };
    case 'shared':
      return {
        provisionkind: 'ProvisionExistingClusterService',
        provisiondata: { namespace, name: provision.service },
      };
    case 'objects': {
      const service = objects.find(({ kind }) => kind === 'Service');
      return {
        provisionkind: 'ProvisionConfigMapObjects',
        provisiondata: {
          namespace,
          name: service === undefined ? '' : nameOf(service),
          labelSelector: `mesitis/offering=${offering}`,
        },
      };
    }
  }
}

/** `-2`, `-3` for further objects of a kind. */
function countBefore(objects: readonly KubeObject[], index: number): string {
  const before = objects.slice(0, index).filter(({ kind }) => kind === objects[index]?.kind).length;
  return before === 0 ? '' : `-${before + 1}`;
}
