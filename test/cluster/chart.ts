import { join } from 'node:path';
import type { KubeObject } from '@mesitis/kube';
import { parseAllDocuments } from 'yaml';
import { mustRun } from './exec.js';
import { repositoryRoot } from './folders.js';
import { findTools } from './tools.js';

/** A chart of this repository, and with what to render it. */
export interface Release {
  chart: 'mesitis-platform' | 'mesitis';
  name: string;
  namespace: string;
  /** As in a values file; merged into the chart's own. */
  values?: object;
  /** The version of Kubernetes to render it for. Default: the newest that helm knows. */
  kubeVersion?: string;
}

/** Renders a chart by the real helm, without a cluster. @throws an Error with helm's message. */
export async function renderChart(release: Release): Promise<KubeObject[]> {
  const { chart, name, namespace, values = {}, kubeVersion } = release;
  const { helm } = await findTools();
  const path = join(repositoryRoot(), 'manifests', chart);
  const version = kubeVersion === undefined ? [] : ['--kube-version', kubeVersion];
  const args = ['template', name, path, '--namespace', namespace, '--values', '-', ...version];
  // JSON is YAML.
  const text = await mustRun(helm, args, { input: JSON.stringify(values) });
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object !== null);
}

/** The one object of a kind, and of a name when that is given. @throws an Error when there isn't exactly one. */
export function pick(objects: readonly KubeObject[], kind: string, name?: string): KubeObject {
  const found = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  const [object] = found;
  if (object === undefined || found.length > 1) {
    throw new Error(`The chart renders ${found.length} objects ${kind} ${name ?? ''}; one was expected.`);
  }
  return object;
}
