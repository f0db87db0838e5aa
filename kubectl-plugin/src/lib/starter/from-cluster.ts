import type { JsonObject, KubeObject } from '@mesitis/kube';
import type { PluginKube } from '../../context.js';
import { listAt, nameOf, recordAt, textAt } from '../objects.js';
import { notMet, usageError } from '../plugin-error.js';
import { bareObject } from './bare-object.js';
import { podLabelsOf, selects } from './per-instance.js';
import { serviceFor } from './starter.js';

/** Where to look. */
export interface Quarry {
  cluster: PluginKube;
  namespace: string;
}

/** `deployment/NAME` or `service/NAME`, in the spellings that kubectl takes. Throws PluginError (usage). */
export function parseSource(text: string): { kind: 'Deployment' | 'Service'; name: string } {
  const [, kind = '', name = ''] = /^(deployments?|deploy|services?|svc)(?:\.apps)?\/(.+)$/.exec(text) ?? [];
  if (kind === '') throw usageError(`--from '${text}' is neither deployment/NAME nor service/NAME`);
  return { kind: kind.startsWith('d') ? 'Deployment' : 'Service', name };
}

/**
 * The object that is named with those that it takes to work: Deployments and the Services that find their Pods, as their
 * author could have written them. Deployments go first. A Deployment without a Service gets one for its first port.
 * @throws PluginError (not met) when it is not there, or there is nothing to reach
 */
export async function objectsFrom(quarry: Quarry, source: string): Promise<KubeObject[]> {
  const { kind, name } = parseSource(source);
  const [deployments, services] = await Promise.all([
    list(quarry, 'apps/v1', 'Deployment'),
    list(quarry, 'v1', 'Service'),
  ]);
  const named = (kind === 'Deployment' ? deployments : services).find((object) => nameOf(object) === name);
  if (named === undefined) throw notMet(`there is no ${kind} '${name}' in namespace ${quarry.namespace}`);
  const found =
    kind === 'Deployment'
      ? [named, ...services.filter((service) => selects(service, named))]
      : [...deployments.filter((deployment) => selects(named, deployment)), named];
  if (found.some((object) => object.kind === 'Service')) return found.map(bareObject);
  return [...found.map(bareObject), madeUpService(named)];
}

/** What Pods of the objects read that is not copied, as `ConfigMap x`. */
export function leftBehind(objects: readonly KubeObject[]): string[] {
  const found = new Set<string>();
  JSON.stringify(objects, (key, value: unknown) => {
    const kind = REFERENCES[key];
    const name = kind === undefined ? undefined : (textAt(value, 'name') ?? textAt(value, kind.field));
    if (kind !== undefined && name !== undefined) found.add(`${kind.kind} ${name}`);
    return value;
  });
  return [...found].sort();
}

const REFERENCES: Partial<Record<string, { kind: string; field: string }>> = {
  configMap: { kind: 'ConfigMap', field: 'name' },
  configMapKeyRef: { kind: 'ConfigMap', field: 'name' },
  configMapRef: { kind: 'ConfigMap', field: 'name' },
  persistentVolumeClaim: { kind: 'PersistentVolumeClaim', field: 'claimName' },
  secret: { kind: 'Secret', field: 'secretName' },
  secretKeyRef: { kind: 'Secret', field: 'name' },
  secretRef: { kind: 'Secret', field: 'name' },
};

async function list({ cluster, namespace }: Quarry, apiVersion: string, kind: string): Promise<KubeObject[]> {
  return (await cluster.list({ apiVersion, kind, namespace })).items;
}

function madeUpService(deployment: KubeObject): KubeObject {
  const containers = listAt(recordAt(recordAt(deployment['spec'], 'template'), 'spec'), 'containers');
  const ports = containers.flatMap((container) => listAt(container, 'ports'));
  const port = ports
    .map((each) => recordAt({ each }, 'each')['containerPort'])
    .find((each) => typeof each === 'number');
  if (port === undefined) {
    throw notMet(
      `no Service finds the Pods of Deployment '${nameOf(deployment)}', and its containers name no port: give it either`,
    );
  }
  return serviceFor(nameOf(deployment), podLabelsOf(deployment) as JsonObject, { port, targetPort: port });
}
