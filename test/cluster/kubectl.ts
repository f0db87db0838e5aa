import { join } from 'node:path';
import type { KubeObject } from '@mesitis/kube';
import { mustRun, runTool, type ToolResult } from './exec.js';
import type { Cluster } from './launch.js';
import { findTools } from './tools.js';

/** The real kubectl on one cluster, as its administrator. */
export interface Kubectl {
  /** Runs it; a code other than 0 is a result. */
  run(args: readonly string[], input?: string): Promise<ToolResult>;
  /** Runs it and gives stdout. @throws an Error with stderr when it fails. */
  must(args: readonly string[], input?: string): Promise<string>;
  /** Server-side apply of all objects. @throws as must. */
  apply(objects: readonly KubeObject[]): Promise<void>;
  /** Deletes all objects that are there and waits until they are gone. @throws as must. */
  remove(objects: readonly KubeObject[]): Promise<void>;
  /** Those of the objects that are in the cluster, as they are there. */
  existing(objects: readonly KubeObject[]): Promise<KubeObject[]>;
  /** One key of a Secret. @throws an Error when there is none. */
  secretValue(namespace: string, name: string, key: string): Promise<string>;
  /** All keys of a Secret. @throws as must. */
  secretValues(namespace: string, name: string): Promise<Record<string, string>>;
}

/** Finds kubectl and binds it to a cluster. */
export async function kubectlFor(cluster: Cluster): Promise<Kubectl> {
  const { kubectl } = await findTools();
  const env = {
    KUBECONFIG: cluster.kubeconfig,
    // kubectl remembers what an API server serves by host and port, and ports come back with other clusters behind them.
    KUBECACHEDIR: join(cluster.directory, 'kubectl-cache'),
  };
  const must = async (args: readonly string[], input = ''): Promise<string> =>
    mustRun(kubectl, args, { env, input });
  const secretValues = async (namespace: string, name: string): Promise<Record<string, string>> => {
    const text = await must(['-n', namespace, 'get', 'secret', name, '-o', 'json']);
    const { data = {} } = JSON.parse(text) as { data?: Record<string, string> };
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
  };
  return {
    must,
    run: async (args, input = '') => runTool(kubectl, args, { env, input }),
    async apply(objects) {
      const flags = ['--server-side', '--force-conflicts', '--validate=strict'];
      if (objects.length > 0) await must(['apply', ...flags, '-f', '-'], toYaml(objects));
    },
    async remove(objects) {
      const flags = ['--ignore-not-found', '--wait', '--timeout=50s'];
      if (objects.length > 0) await must(['delete', ...flags, '-f', '-'], toYaml(objects));
    },
    async existing(objects) {
      const output = await must(['get', '--ignore-not-found', '-o', 'json', '-f', '-'], toYaml(objects));
      return output.trim() === '' ? [] : itemsOf(JSON.parse(output) as KubeObject);
    },
    async secretValue(namespace, name, key) {
      const value = (await secretValues(namespace, name))[key];
      if (value === undefined) throw new Error(`Secret ${namespace}/${name} has no key ${key}.`);
      return value;
    },
    secretValues,
  };
}

function itemsOf(answer: KubeObject): KubeObject[] {
  return Array.isArray(answer['items']) ? (answer['items'] as KubeObject[]) : [answer];
}

function toYaml(objects: readonly KubeObject[]): string {
  // JSON, because kubectl reads YAML 1.1, in which a bare `on` is a boolean.
  return objects.map((object) => JSON.stringify(object)).join('\n---\n');
}
