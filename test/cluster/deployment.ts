import type { KubeObject } from '@mesitis/kube';

/** Where one variable of a container comes from. */
export type VariableSource =
  | { kind: 'value'; value: string }
  | { kind: 'secret'; name: string; key: string }
  | { kind: 'field'; path: 'metadata.namespace' | 'metadata.name' };

/** What a Deployment of the charts has its only container run, as far as a plain process can stand in for it. */
export interface ServerSpec {
  /** The Deployment's name, for messages. */
  name: string;
  /** The namespace that the Pod would be in. */
  namespace: string;
  serviceAccount: string;
  /** The arguments of node: `webhook/dist/main.js`. */
  args: string[];
  variables: Record<string, VariableSource>;
  /** The Secrets that are mounted as folders. */
  mounts: SecretMount[];
}

/** A Secret that a container sees as a folder, a file for each key. */
export interface SecretMount {
  path: string;
  secretName: string;
}

/**
 * Reads what to run out of a rendered Deployment, so that the processes of a test can't differ from what the chart
 * would start.
 *
 * @throws an Error with the path when the Deployment uses something that a process can't have (several containers,
 * another command than node, `envFrom`, a ConfigMap's key).
 */
export function serverSpecOf(deployment: KubeObject): ServerSpec {
  const { name = '', namespace = '' } = deployment.metadata;
  const at = `Deployment ${name}: spec.template.spec`;
  const pod = record(record(record(deployment['spec'])['template'])['spec']);
  const containers = list(pod['containers']);
  if (containers.length !== 1) throw new Error(`${at}.containers must be one container.`);
  const container = record(containers[0]);
  const [program, ...args] = list(container['command']).map(String);
  if (program !== 'node') throw new Error(`${at}.containers[0].command must begin with node.`);
  if (container['envFrom'] !== undefined) throw new Error(`${at}.containers[0].envFrom is not supported.`);
  const variables = list(container['env']).map((entry, index): [string, VariableSource] => [
    textOf(record(entry)['name'], `${at}.containers[0].env[${index}].name`),
    sourceOf(record(entry), `${at}.containers[0].env[${index}]`),
  ]);
  return {
    name,
    namespace,
    serviceAccount: textOf(pod['serviceAccountName'], `${at}.serviceAccountName`),
    args,
    variables: Object.fromEntries(variables),
    mounts: mountsOf(pod, container, at),
  };
}

/** An emptyDir is what a process has anyway. */
function mountsOf(
  pod: Record<string, unknown>,
  container: Record<string, unknown>,
  at: string,
): SecretMount[] {
  const volumes = list(pod['volumes']).map(record);
  return list(container['volumeMounts']).flatMap((mount, index): SecretMount[] => {
    const { name, mountPath } = record(mount);
    const volume = volumes.find((candidate) => candidate['name'] === name);
    if (volume?.['emptyDir'] !== undefined) return [];
    const { secretName } = record(volume?.['secret']);
    const path = `${at}.containers[0].volumeMounts[${index}]`;
    if (secretName === undefined) throw new Error(`${path} must be of a Secret or an emptyDir.`);
    return [{ path: textOf(mountPath, `${path}.mountPath`), secretName: textOf(secretName, path) }];
  });
}

/** What a kubelet knows of a Pod besides its spec. */
export interface PodFacts {
  /** The name of the Pod. */
  podName: string;
  /** Reads one key of a Secret in the Deployment's namespace; throws when there is none. */
  secretValue: (name: string, key: string) => Promise<string>;
}

/** The variables with their values, as a kubelet would set them. */
export async function environmentOf(
  spec: ServerSpec,
  { podName, secretValue }: PodFacts,
): Promise<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const [name, source] of Object.entries(spec.variables)) {
    switch (source.kind) {
      case 'value':
        environment[name] = source.value;
        break;
      case 'secret':
        environment[name] = await secretValue(source.name, source.key);
        break;
      case 'field':
        environment[name] = source.path === 'metadata.name' ? podName : spec.namespace;
        break;
    }
  }
  return environment;
}

function sourceOf(entry: Record<string, unknown>, path: string): VariableSource {
  const from = record(entry['valueFrom']);
  if (from['secretKeyRef'] !== undefined) {
    const { name, key } = record(from['secretKeyRef']);
    return {
      kind: 'secret',
      name: textOf(name, `${path}.valueFrom.secretKeyRef.name`),
      key: textOf(key, `${path}.valueFrom.secretKeyRef.key`),
    };
  }
  if (from['fieldRef'] !== undefined) {
    const fieldPath = textOf(record(from['fieldRef'])['fieldPath'], `${path}.valueFrom.fieldRef.fieldPath`);
    if (fieldPath !== 'metadata.namespace' && fieldPath !== 'metadata.name')
      throw new Error(`${path}.valueFrom.fieldRef: ${fieldPath} is not supported.`);
    return { kind: 'field', path: fieldPath };
  }
  if (entry['valueFrom'] !== undefined) {
    throw new Error(`${path}.valueFrom must be a secretKeyRef or a fieldRef.`);
  }
  // An entry without a value is an empty string (Container v1 core, EnvVar.value).
  return { kind: 'value', value: typeof entry['value'] === 'string' ? entry['value'] : '' };
}

function textOf(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new Error(`${path} must be a string.`);
  return value;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
