import type { KubeObject } from '@mesitis/kube';
import { timestamp } from '../model/conditions.js';
import { INSTANCE_KIND } from '../model/kinds.js';
import { asInstance } from '../model/objects.js';
import type { InstanceStatus, ServiceInstance } from '../model/objects.js';
import type { OsbResult } from '../osb/osb.js';
import type { Context, Reconciler } from '../runtime/context.js';
import { TERMS } from '../runtime/indexes.js';
import { keyOf, refOfKey } from '../runtime/keys.js';
import { OPERATION_POLLS, OUTAGE_RETRIES, retryLimitsAfter } from '../runtime/limits.js';
import { RetryLedger } from '../runtime/retry-ledger.js';
import type { Pause, RetryLimits } from '../runtime/retry-ledger.js';
import { storeOutcome } from '../runtime/store-status.js';
import { decideInstance } from './decide-instance.js';
import { gather, inputsFor } from './gather-inputs.js';
import type { Gathered } from './gather-inputs.js';
import { afterInstanceCall } from './outcomes.js';
import { operationUnderWay } from './transitions.js';
import type { Outcome } from './transitions.js';
import type { Inputs, InstanceCall, InstanceStep, InstanceWorld } from './step.js';

/** Takes the steps that {@link decideInstance} names, one after the other, until there is none to take now. */
export class InstanceReconciler implements Reconciler {
  readonly #context: Context;
  readonly #pollLimits: RetryLimits;
  readonly #retries = new RetryLedger();
  readonly #mitigations = new RetryLedger();
  readonly #polls = new RetryLedger();

  constructor(context: Context) {
    this.#context = context;
    const { operationPollingMaximumBackoffMs: longestMs } = context.features;
    this.#pollLimits = { firstMs: OPERATION_POLLS.firstMs, longestMs };
  }

  async reconcile(key: string): Promise<number | undefined> {
    const { observed } = this.#context;
    const { namespace, name } = refOfKey(key);
    let gathered: Gathered | undefined;
    for (;;) {
      const object = observed.get(INSTANCE_KIND, namespace, name);
      if (object === undefined) return undefined;
      const instance = asInstance(object);
      const step = decideInstance(instance, this.#world(instance, inputsFor(instance, gathered)));
      switch (step.type) {
        case 'idle':
          return undefined;
        case 'wait':
          return step.until;
        case 'gather':
          gathered = await this.#gather(instance);
          break;
        case 'update-object':
          await observed.update(step.object);
          break;
        case 'update-status':
          await this.#updateStatus(instance, step.status);
          break;
        case 'remove-bindings':
          await this.#removeBindings(step.bindings);
          return undefined;
        case 'abandon':
          await this.#abandon(instance, step);
          break;
        case 'call':
          await this.#call(instance, step);
      }
    }
  }

  forget(uid: string | undefined): void {
    this.#retries.forget(uid);
    this.#mitigations.forget(uid);
    this.#polls.forget(uid);
  }

  #world(instance: ServiceInstance, inputs: Inputs | undefined): InstanceWorld {
    const { catalog, clock, clusterId, features, newId, observed } = this.#context;
    return {
      features,
      now: clock.now(),
      retryAt: this.#retries.notBefore(instance),
      mitigateAt: this.#mitigations.notBefore(instance),
      pollAt: this.#polls.notBefore(instance),
      clusterId,
      catalog,
      bindings: () => observed.find(TERMS.ofInstance(keyOf(instance))),
      newId,
      namesakes: () =>
        observed
          .find(TERMS.externalID(instance.spec.externalID ?? ''))
          .filter(({ metadata }) => metadata.uid !== instance.metadata.uid)
          .map(asInstance),
      ...(inputs === undefined ? {} : { inputs }),
    };
  }

  async #removeBindings(bindings: readonly KubeObject[]): Promise<void> {
    for (const binding of bindings) {
      const { uid } = binding.metadata;
      await this.#context.kube.remove(refOfKey(keyOf(binding)), uid === undefined ? {} : { uid });
    }
  }

  async #updateStatus(instance: ServiceInstance, status: InstanceStatus): Promise<void> {
    await this.#context.observed.update({ ...instance, status }, { subresource: 'status' });
    const retries = [instance.status, status].map((version) => version?.answeredRequests?.retry);
    if (retries[0] !== retries[1]) this.forget(instance.metadata.uid);
  }

  async #call(instance: ServiceInstance, call: InstanceCall): Promise<void> {
    const { brokers, clock, log } = this.#context;
    const startedAt = clock.now();
    const result = await brokers.call(call.broker, call.request);
    const now = clock.now();
    const outcome = afterInstanceCall(instance, call, result, now);
    log.info(
      {
        instance: keyOf(instance),
        operation: call.operation,
        broker: call.broker.metadata.name,
        result: result.type === 'answer' ? result.status : result.type,
        next: outcome.next,
        milliseconds: now - startedAt,
      },
      'broker called',
    );
    const outcomeFor = (current: ServiceInstance): Outcome => afterInstanceCall(current, call, result, now);
    await this.#store(instance, outcomeFor);
    this.#setPauses(instance, { outcome, result, now });
  }

  #setPauses(
    instance: ServiceInstance,
    { outcome, result, now }: { outcome: Outcome; result: OsbResult; now: number },
  ): void {
    const { next, retryAfterSeconds: wishSeconds } = outcome;
    const { uid } = instance.metadata;
    if (next === 'poll') this.#polls.postpone(instance, now, { limits: this.#pollLimits, wishSeconds });
    else this.#polls.forget(uid);
    const pause = { limits: retryLimitsAfter(result), wishSeconds };
    const mitigating = instance.status?.orphanMitigationInProgress === true;
    if (next === 'retry' && mitigating) this.#mitigations.postpone(instance, now, pause);
    else if (next === 'retry' || next === 'mitigate') {
      this.#retries.postpone(instance, now, pause);
      this.#tellPause(instance, now, pause);
    }
    if (next === 'settled' || next === 'gone') this.forget(uid);
    if (next === 'mitigated') this.#mitigations.forget(uid);
  }

  /** Tells of pauses as long as they grow: after that there is nothing new to tell. */
  #tellPause(instance: ServiceInstance, now: number, { limits }: Pause): void {
    const operation = operationUnderWay(instance);
    const until = this.#retries.notBefore(instance);
    if (operation === 'Deprovision' || until - now >= limits.longestMs) return;
    const message = `Delaying ${operation.toLowerCase()} retry, next attempt will be after ${timestamp(until)}`;
    this.#context.events.record(instance, { type: 'Warning', reason: 'RetryBackoff', message });
  }

  async #abandon(
    instance: ServiceInstance,
    { object, message }: Extract<InstanceStep, { type: 'abandon' }>,
  ): Promise<void> {
    const { events, log, observed } = this.#context;
    // First the Event: nothing else will tell that the broker still has something.
    events.record(instance, { type: 'Warning', reason: 'Abandoned', message });
    await events.flush();
    log.warn({ instance: keyOf(instance), externalID: instance.spec.externalID }, 'instance abandoned');
    await observed.update(object);
  }

  async #store(instance: ServiceInstance, outcomeFor: (current: ServiceInstance) => Outcome): Promise<void> {
    try {
      await storeOutcome(this.#context, { object: instance, read: asInstance, outcomeFor });
    } catch (error) {
      // The broker will be asked again: not at once, because there is nothing wrong with it.
      this.#postpone(instance);
      throw error;
    }
  }

  async #gather(instance: ServiceInstance): Promise<Gathered> {
    const gathered = await gather(this.#context.kube, instance);
    // Namespaces and Secrets are not watched: look again after a pause.
    if (!gathered.inputs.ok) this.#postpone(instance);
    return gathered;
  }

  #postpone(instance: ServiceInstance): void {
    this.#retries.postpone(instance, this.#context.clock.now(), { limits: OUTAGE_RETRIES });
  }
}
