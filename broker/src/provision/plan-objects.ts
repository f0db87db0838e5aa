import type { KubeObject } from '@mesitis/kube';
import type { LabelSelector } from '@mesitis/kube/selectors';
import { matchesLabelSelector, parseLabelSelector, SelectorError } from '@mesitis/kube/selectors';
import type { WrappedObject, WrappedResource } from '@mesitis/offering';
import { byOrder } from '@mesitis/offering';
import type { Catalog } from '../catalog/build-catalog.js';
import { BrokerError } from '../errors.js';
import { coordinatesOfHost, coordinatesOfService, portsOf, serviceHost } from './coordinates.js';
import type { Coordinates } from './coordinates.js';
import { marked } from './ownership.js';
import type { ProvisionOf, Render, Resources } from './provisioner.js';

/** What the provider wrapped: the enabled resources, and the enabled ones that can't be used. */
export type WrappedResources = Pick<Catalog, 'resources' | 'rejectedResources'>;

type ConfigMapObjects = ProvisionOf<'ProvisionConfigMapObjects'>;

/** Metadata that only a server sets; pasted from a live object it would make the API server refuse the new one. */
const SERVER_SET = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'managedFields',
  'selfLink',
] as const;

/**
 * Decides which objects an instance consists of: the wrapped resources that the selector finds, in groups by order,
 * placed in the provider's namespace and marked as the instance's.
 * @throws BrokerError OfferingMisconfigured when the selector is wrong, finds nothing or something that can't be used, or
 *   two resources are the same object
 */
export function planObjects(
  provision: ConfigMapObjects,
  resources: WrappedResources,
  instance: { instanceId: string; clusterDomain: string; render: Render },
): Resources {
  const selector = readSelector(provision.labelSelector);
  refuseIncomplete(selector, resources);
  const selected = resources.resources.filter((resource) => matchesLabelSelector(selector, resource.labels));
  if (selected.length === 0) {
    throw new BrokerError(
      'OfferingMisconfigured',
      `no enabled wrapped resource matches the label selector ${JSON.stringify(provision.labelSelector)}; ask the provider to publish the objects of the offering or to correct provisiondata.labelSelector`,
    );
  }
  const groups = byOrder(selected).map((group) =>
    group.map(({ object, configMap }) => ({ configMap, object: instance.render(object) })),
  );
  refuseDuplicates(groups.flat());
  const { namespace } = provision;
  return {
    objects: groups.map((group) => group.map(({ object }) => place(object, namespace, instance.instanceId))),
    coordinates: coordinatesOf(provision, groups.flat(), instance.clusterDomain),
  };
}

/** A wrapped object for one instance, its expressions evaluated. */
type RenderedResource = Pick<WrappedResource, 'configMap' | 'object'>;

function readSelector(text: string): LabelSelector {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw new BrokerError('OfferingMisconfigured', `provisiondata.labelSelector: ${error.message}`, {
      cause: error,
    });
  }
}

/** Half an offering is worse than none: consumers would believe that it works. */
function refuseIncomplete(selector: LabelSelector, { rejectedResources }: WrappedResources): void {
  const broken = rejectedResources.find(({ labels }) => matchesLabelSelector(selector, labels));
  if (broken === undefined) return;
  throw new BrokerError(
    'OfferingMisconfigured',
    `the ConfigMap ${broken.configMap} belongs to the offering but can not be used (${broken.reason.replaceAll('\n', '; ')}); ask the provider to correct or disable it`,
  );
}

function refuseDuplicates(selected: readonly RenderedResource[]): void {
  const configMaps = new Map<string, string>();
  for (const { object, configMap } of selected) {
    const name = `${object.kind} ${object.metadata.name}`;
    const other = configMaps.get(name);
    if (other !== undefined) {
      throw new BrokerError(
        'OfferingMisconfigured',
        `the ConfigMaps ${other} and ${configMap} both hold ${name}; ask the provider to remove or rename one`,
      );
    }
    configMaps.set(name, configMap);
  }
}

function place(object: WrappedObject, namespace: string, instanceId: string): KubeObject {
  const metadata = Object.fromEntries(
    Object.entries(object.metadata).filter(([key]) => !SERVER_SET.some((field) => field === key)),
  );
  return { ...object, metadata: marked({ ...metadata, namespace }, instanceId) };
}

/**
 * The Service that consumers reach is the wrapped one named `provisiondata.name`, else the only wrapped one, else the
 * name is taken as it is (some controller makes that Service). Its first port is the one in `uri` and `port`.
 */
function coordinatesOf(
  { namespace, name }: ConfigMapObjects,
  selected: readonly RenderedResource[],
  clusterDomain: string,
): Coordinates {
  const services = selected.map(({ object }) => object).filter(({ kind }) => kind === 'Service');
  const named = services.find(({ metadata }) => metadata.name === name);
  const reached = named ?? (services.length === 1 ? services[0] : undefined);
  const host = serviceHost(reached?.metadata.name ?? name, namespace, clusterDomain);
  const ports = reached === undefined ? [] : portsOf(reached);
  const [first] = ports;
  return first === undefined ? coordinatesOfHost(host) : coordinatesOfService(host, first, ports);
}
