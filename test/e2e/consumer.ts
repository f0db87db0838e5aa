import { delimiter, join } from 'node:path';
import { refOf, type JsonObject, type KubeObject, type ObjectRef } from '@mesitis/kube';
import { shortId } from '@mesitis/offering';
import type { Broker } from '../cluster/broker.js';
import { runTool, type ToolResult } from '../cluster/exec.js';
import { repositoryRoot } from '../cluster/folders.js';
import { findTools } from '../cluster/tools.js';
import { until } from '../cluster/wait.js';
import {
  SERVICE_CATALOG,
  bindingOf,
  condition,
  instanceOf,
  isTrue,
  registerBroker,
  secretData,
  untilGone,
  untilObject,
  type Stage,
} from './stage.js';

/** What is waited for at most where it can't be watched. */
const STEP_MS = 20_000;

/** Somebody who orders offerings of the team `e2e` for one namespace, as its ServiceInstances and ServiceBindings. */
export class Consumer {
  readonly namespace: string;
  readonly #stage: Stage;

  constructor(stage: Stage, namespace: string) {
    this.#stage = stage;
    this.namespace = namespace;
  }

  /** Asks for an instance and does not wait. */
  async order(name: string, offering: string, parameters?: JsonObject, version = '1'): Promise<ObjectRef> {
    const instance = instanceOf(this.namespace, name, `e2e-${offering}`, `e2e-${offering}-${version}`);
    const spec = { ...(instance['spec'] as JsonObject), ...(parameters === undefined ? {} : { parameters }) };
    await this.#stage.kube.create({ ...instance, spec });
    return refOf(instance);
  }

  /** The same with parameters from a Secret of the instance's name, which only the broker sees. */
  async orderBySecret(name: string, offering: string, parameters: JsonObject): Promise<ObjectRef> {
    const stringData = { parameters: JSON.stringify(parameters) };
    const metadata = { name, namespace: this.namespace };
    await this.#stage.kube.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData });
    const instance = instanceOf(this.namespace, name, `e2e-${offering}`, `e2e-${offering}-1`);
    const parametersFrom = [{ secretKeyRef: { name, key: 'parameters' } }];
    await this.#stage.kube.create({
      ...instance,
      spec: { ...(instance['spec'] as JsonObject), parametersFrom },
    });
    return refOf(instance);
  }

  /** An instance that is ready; gives its short id, by which its objects are named. */
  async provision(name: string, offering: string, parameters?: JsonObject): Promise<string> {
    const ready = await this.untilReady(await this.order(name, offering, parameters));
    return shortId((ready['spec'] as { externalID: string }).externalID);
  }

  /** Waits until an instance or a binding is ready. @throws an Error with its conditions */
  async untilReady(ref: ObjectRef): Promise<KubeObject> {
    const object = await untilObject(
      this.#stage.kube,
      ref,
      (candidate) => isTrue('Ready')(candidate) || isTrue('Failed')(candidate),
    );
    if (object === undefined || !isTrue('Ready')(object)) {
      throw new Error(`${ref.kind} ${ref.name} failed: ${JSON.stringify(object?.['status'])}`);
    }
    return object;
  }

  /** The message with which an instance or a binding has failed for good. */
  async failureOf(ref: ObjectRef): Promise<string> {
    return condition(await untilObject(this.#stage.kube, ref, isTrue('Failed')), 'Failed')?.message ?? '';
  }

  /** Binds the instance of the same name, or another; gives what is in the Secret. */
  async bind(name: string, instance = name): Promise<Record<string, string>> {
    const ref = await this.askToBind(name, instance);
    await this.untilReady(ref);
    return (await secretData(this.#stage.kube, this.namespace, name)) ?? {};
  }

  /** Asks for a binding and does not wait. */
  async askToBind(name: string, instance = name): Promise<ObjectRef> {
    const binding = bindingOf(this.namespace, name);
    await this.#stage.kube.create({ ...binding, spec: { instanceRef: { name: instance } } });
    return refOf(binding);
  }

  /** Deletes bindings and then instances, and waits until they are gone. */
  async release({
    bindings = [],
    instances = [],
  }: {
    bindings?: string[];
    instances?: string[];
  }): Promise<void> {
    for (const [kind, names] of [
      ['ServiceBinding', bindings],
      ['ServiceInstance', instances],
    ] as const) {
      await Promise.all(
        names.map(async (name) => {
          const ref = { apiVersion: SERVICE_CATALOG, kind, namespace: this.namespace, name };
          await this.#stage.kube.remove(ref);
          await untilGone(this.#stage.kube, ref);
        }),
      );
    }
  }

  /** Changes the spec of an instance; gives the instance once the broker's answer to that is in. */
  async edit(name: string, spec: JsonObject): Promise<KubeObject | undefined> {
    const { kube } = this.#stage;
    const edited = await kube.patch(this.instance(name), { type: 'merge', body: { spec } });
    const generation = edited.metadata.generation ?? 0;
    return untilObject(kube, this.instance(name), (object) => {
      const { observedGeneration = 0 } = (object?.['status'] ?? {}) as { observedGeneration?: number };
      return observedGeneration >= generation && (isTrue('Ready')(object) || isTrue('Failed')(object));
    });
  }

  /** The ServiceInstance of a name. */
  instance(name: string): ObjectRef {
    return { apiVersion: SERVICE_CATALOG, kind: 'ServiceInstance', namespace: this.namespace, name };
  }

  /** Runs `kubectl mesitis` in the consumer's namespace. */
  async kubectl(...args: string[]): Promise<ToolResult> {
    const { kubectl } = await findTools();
    const path = [join(repositoryRoot(), 'kubectl-plugin', 'bin'), process.env['PATH'] ?? ''].join(delimiter);
    const { kubeconfig, directory } = this.#stage.cluster;
    const env = {
      KUBECONFIG: kubeconfig,
      KUBECACHEDIR: join(directory, 'kubectl-cache'),
      NO_COLOR: '1',
      PATH: path,
    };
    return runTool(kubectl, ['mesitis', ...args, '--namespace', this.namespace], { env });
  }
}

/** What a broker says at /status. */
export interface BrokerStatus {
  plans: number;
  rejected: { configMap: string; reason: string }[];
}

/** Reads /status of a broker. */
export async function statusOf(broker: Broker): Promise<BrokerStatus> {
  const answer = await fetch(`${broker.healthUrl}/status`);
  return (await answer.json()) as BrokerStatus;
}

/** Publishes offerings and registers their broker once it has read them all. */
export async function publish(stage: Stage, broker: Broker, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) await stage.kube.create(object);
  const entries = objects.filter(({ metadata }) => metadata.labels?.['mesitis/kind'] === 'catalog-entry');
  const resources = objects.length - entries.length;
  await until({ what: 'the broker to read its ConfigMaps', timeoutMs: STEP_MS }, async () => {
    const status = (await statusOf(broker)) as BrokerStatus & { resources: number };
    return status.plans + status.rejected.length >= entries.length && status.resources >= resources
      ? status
      : undefined;
  });
  const registered = await registerBroker(stage.kube, broker.namespace, broker);
  await untilObject(stage.kube, registered, isTrue('Ready'));
}

/** The value of a metric with these labels; 0 when it never counted. */
export async function metric(broker: Broker, sample: string): Promise<number> {
  const text = await (await fetch(`${broker.healthUrl}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${sample} `));
  return Number(line?.slice(sample.length + 1) ?? 0);
}
