import { randomUUID } from 'node:crypto';
import type { KubeObject } from '@mesitis/kube';
import { apiVersionOf, asRecords, asString, badRequest, jsonPatch } from '@mesitis/kube/memory';
import type { ApiServer, JsonRecord } from '@mesitis/kube/memory';
import type { UserInfo } from '../identity.js';
import { AdmissionDenial } from './denial.js';
import { callWebhook } from './webhook-call.js';
import type { AdmissionResponse, AdmissionReview } from './webhook-call.js';
import { isConcerned } from './webhook-match.js';
import type { AdmissionRequest } from './webhook-match.js';

/** Asks the registered webhooks about writes ("Dynamic Admission Control"). */
export class Admission {
  readonly #server: ApiServer;

  constructor(server: ApiServer) {
    this.#server = server;
  }

  /**
   * The object as the mutating webhooks want it.
   *
   * @throws KubeError when one refuses, or fails under the policy `Fail`
   */
  async mutate(
    request: AdmissionRequest,
    user: UserInfo,
    warn: (text: string) => void,
  ): Promise<KubeObject | undefined> {
    let { object } = request;
    for (const webhook of this.#webhooks('MutatingWebhookConfiguration')) {
      const response = await this.#ask(webhook, { ...request, object }, user, warn);
      if (response !== undefined && response.patch.length > 0)
        object = jsonPatch(object, response.patch) as KubeObject;
    }
    return object;
  }

  /**
   * Asks the validating webhooks.
   *
   * @throws KubeError when one refuses, or fails under the policy `Fail`
   */
  async validate(request: AdmissionRequest, user: UserInfo, warn: (text: string) => void): Promise<void> {
    const webhooks = this.#webhooks('ValidatingWebhookConfiguration');
    await Promise.all(webhooks.map((webhook) => this.#ask(webhook, request, user, warn)));
  }

  #webhooks(kindName: string): JsonRecord[] {
    const kind = this.#server.kinds().find((candidate) => candidate.kind === kindName);
    if (kind === undefined) return [];
    return this.#server.store
      .list(kind)
      .items.flatMap((configuration) => asRecords(configuration['webhooks']));
  }

  async #ask(
    webhook: JsonRecord,
    request: AdmissionRequest,
    user: UserInfo,
    warn: (text: string) => void,
  ): Promise<AdmissionResponse | undefined> {
    if (!isConcerned(webhook, request, this.#namespaceLabels(request))) return undefined;
    refuseSideEffects(webhook, request);
    let response: AdmissionResponse;
    try {
      response = await callWebhook(webhook, reviewOf(request, user));
    } catch (error) {
      if (webhook['failurePolicy'] === 'Ignore') return undefined;
      throw error;
    }
    response.warnings.forEach(warn);
    if (!response.allowed) throw new AdmissionDenial(asString(webhook['name']), response.status);
    return response;
  }

  #namespaceLabels({ kind, namespace }: AdmissionRequest): Record<string, string> | undefined {
    if (!kind.namespaced || namespace === undefined) return undefined;
    const namespaces = this.#server.kinds().find((candidate) => candidate.kind === 'Namespace');
    const found =
      namespaces === undefined ? undefined : this.#server.store.get(namespaces, namespace, undefined);
    return found?.metadata.labels ?? {};
  }
}

function refuseSideEffects(webhook: JsonRecord, { dryRun }: AdmissionRequest): void {
  if (!dryRun || ['None', 'NoneOnDryRun'].includes(asString(webhook['sideEffects']))) return;
  throw badRequest(`admission webhook "${asString(webhook['name'])}" does not support dry run`);
}

function reviewOf(request: AdmissionRequest, user: UserInfo): AdmissionReview {
  const { kind, operation, subresource, namespace, name, object, oldObject, dryRun } = request;
  const groupVersionKind = { group: kind.group, version: kind.version, kind: kind.kind };
  const groupVersionResource = { group: kind.group, version: kind.version, resource: kind.plural };
  const optionsKind = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' }[
    operation
  ];
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: randomUUID(),
      kind: groupVersionKind,
      resource: groupVersionResource,
      requestKind: groupVersionKind,
      requestResource: groupVersionResource,
      ...(subresource === undefined ? {} : { subResource: subresource, requestSubResource: subresource }),
      name,
      ...(namespace === undefined ? {} : { namespace }),
      operation,
      userInfo: user,
      object: object === undefined ? null : { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind },
      oldObject: oldObject ?? null,
      dryRun,
      options: { kind: optionsKind, apiVersion: 'meta.k8s.io/v1' },
    },
  };
}
