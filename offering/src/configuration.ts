import { looseConfigMap, type LooseConfigMap } from './config-map.js';
import { readEntry } from './entry.js';
import type { Field } from './fields.js';
import { judgeIgnore, withoutIgnored } from './ignore.js';
import { readEnabledLabel, readKindLabel, readLabels, readOfferingLabel, readOrderLabel } from './marking.js';
import { checkMetadata } from './metadata.js';
import type { Parsed, ProviderConfigMap, ProviderConfiguration, WrappedResource } from './model.js';
import type { ObjectNode } from './payload-node.js';
import { readPayload } from './payload.js';
import { Report } from './report.js';
import { readWrappedObject } from './wrapped-object.js';

/**
 * Reads a ConfigMap labelled `mesitis/kind` (design section 2): the one place that decides what is valid, for the
 * webhook, the broker and whoever checks files. Everything that is wrong is told at once, with its path. Total: it
 * throws for no input, also when that is not a ConfigMap at all.
 */
export function parseProviderConfigMap(configMap: ProviderConfigMap): Parsed<ProviderConfiguration> {
  const report = new Report();
  const value = read(looseConfigMap(configMap), report);
  const violations = [...withoutIgnored(report.violations, configMap), ...judgeIgnore(configMap)];
  return value === undefined || report.failed
    ? { ok: false, violations }
    : { ok: true, value, warnings: violations };
}

function read(configMap: LooseConfigMap, report: Report): ProviderConfiguration | undefined {
  checkMetadata(configMap.metadata, report);
  const labels = readLabels(configMap.labels, report);
  const label = readKindLabel(configMap.labels, report);
  const enabled = readEnabledLabel(configMap.labels, report);
  const marks = label?.isEntry === false ? readMarks(configMap, labels, report) : undefined;
  // Labels are judged apart from the payload, so that their mistakes don't hide each other.
  const payloadReport = new Report();
  const payload = readPayload(configMap, payloadReport);
  report.append(payloadReport);
  if (payload === undefined) return undefined;
  const root: Field<ObjectNode> = { path: payload.path, position: payload.root.position, node: payload.root };
  if (label?.isEntry === true) {
    const entry = readEntry(root, report);
    return entry === undefined || enabled === undefined
      ? undefined
      : { type: 'catalog-entry', enabled, entry };
  }
  const object = label === undefined ? undefined : readWrappedObject(root, label.kind, report);
  if (object === undefined || marks === undefined || enabled === undefined) return undefined;
  return { type: 'wrapped-resource', resource: { ...marks, kind: object.kind, enabled, object } };
}

function readMarks(
  configMap: LooseConfigMap,
  labels: Record<string, string>,
  report: Report,
): Pick<WrappedResource, 'configMap' | 'labels' | 'offering' | 'order'> | undefined {
  const offering = readOfferingLabel(configMap.labels, report);
  const order = readOrderLabel(configMap.labels, report);
  if (offering === undefined || order === undefined) return undefined;
  return { configMap: configMap.name, labels, offering, order };
}
