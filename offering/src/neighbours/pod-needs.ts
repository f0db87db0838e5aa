import type { JsonObject } from '../json.js';

/** An object that a Pod can't start without: its kind and its name as written, expressions included. */
export interface Need {
  kind: 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim' | 'ServiceAccount';
  name: string;
}

/**
 * What the Pods of an object must find beside them when they start: of a Pod, or of anything with a Pod template
 * (Deployment, StatefulSet, Job, CronJob, …). References that are marked optional are left out. Pure; believes nothing
 * of the object's shape.
 */
export function podNeeds(object: unknown): Need[] {
  const spec = podSpec(object);
  if (spec === undefined) return [];
  const containers = ['initContainers', 'containers'].flatMap((key) => objects(spec[key]));
  return [
    ...named('ServiceAccount', { name: spec['serviceAccountName'] }),
    ...objects(spec['imagePullSecrets']).flatMap((reference) => named('Secret', reference)),
    ...objects(spec['volumes']).flatMap(ofVolume),
    ...containers.flatMap(ofContainer),
  ];
}

function podSpec(object: unknown): JsonObject | undefined {
  const spec = member(object, 'spec');
  // A CronJob's template is one level further down.
  const template =
    member(spec, 'template') ?? member(member(member(spec, 'jobTemplate'), 'spec'), 'template');
  const found = template === undefined ? spec : member(template, 'spec');
  return found !== undefined && Array.isArray(found['containers']) ? found : undefined;
}

function ofVolume(volume: JsonObject): Need[] {
  const secret = member(volume, 'secret');
  const sources = objects(member(volume, 'projected')?.['sources']);
  return [
    ...named('ConfigMap', member(volume, 'configMap')),
    ...named('Secret', secret === undefined ? undefined : { ...secret, name: secret['secretName'] }),
    ...named('PersistentVolumeClaim', {
      name: member(volume, 'persistentVolumeClaim')?.['claimName'],
    }),
    ...sources.flatMap((source) => [
      ...named('ConfigMap', member(source, 'configMap')),
      ...named('Secret', member(source, 'secret')),
    ]),
  ];
}

function ofContainer(container: JsonObject): Need[] {
  const values = objects(container['env']).map((variable) => member(variable, 'valueFrom'));
  const sources = objects(container['envFrom']);
  return [
    ...values.flatMap((value) => named('ConfigMap', member(value, 'configMapKeyRef'))),
    ...values.flatMap((value) => named('Secret', member(value, 'secretKeyRef'))),
    ...sources.flatMap((source) => named('ConfigMap', member(source, 'configMapRef'))),
    ...sources.flatMap((source) => named('Secret', member(source, 'secretRef'))),
  ];
}

function named(kind: Need['kind'], reference: { name?: unknown; optional?: unknown } | undefined): Need[] {
  const { name, optional } = reference ?? {};
  return typeof name === 'string' && name !== '' && optional !== true ? [{ kind, name }] : [];
}

function member(value: unknown, key: string): JsonObject | undefined {
  if (!isObject(value)) return undefined;
  const found = value[key];
  return isObject(found) ? found : undefined;
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
