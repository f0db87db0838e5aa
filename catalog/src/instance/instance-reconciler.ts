import { INSTANCE_KIND } from '../model/kinds.js';
import { asInstance } from '../model/objects.js';
import type { ServiceInstance } from '../model/objects.js';
import type { Context, Reconciler } from '../runtime/context.js';
import { TERMS } from '../runtime/indexes.js';
import { keyOf, refOfKey } from '../runtime/keys.js';
import { OPERATION_POLLS, OUTAGE_RETRIES, retryLimitsAfter } from '../runtime/limits.js';
import { RetryLedger } from '../runtime/retry-ledger.js';
import { storeOutcome } from '../runtime/store-status.js';
import { decideInstance } from './decide-instance.js';
import { gather, inputsFor } from './gather-inputs.js';
import type { Gathered } from './gather-inputs.js';
import { afterInstanceCall } from './outcomes.js';
import type { Outcome } from './transitions.js';
import type { Inputs, InstanceCall, InstanceWorld } from './step.js';

/** Takes the steps that {@link decideInstance} names, one after the other, until there is none to take now. */
export class InstanceReconciler implements Reconciler {
  readonly #context: Context;
  readonly #retries = new RetryLedger();
  readonly #polls = new RetryLedger();

  constructor(context: Context) {
    this.#context = context;
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
          await observed.update({ ...instance, status: step.status }, { subresource: 'status' });
          break;
        case 'call':
          await this.#call(instance, step);
      }
    }
  }

  forget(uid: string | undefined): void {
    this.#retries.forget(uid);
    this.#polls.forget(uid);
  }

  #world(instance: ServiceInstance, inputs: Inputs | undefined): InstanceWorld {
    const { catalog, clock, clusterId, newId, observed } = this.#context;
    return {
      now: clock.now(),
      retryAt: this.#retries.notBefore(instance),
      pollAt: this.#polls.notBefore(instance),
      clusterId,
      catalog,
      bindings: () => observed.keys(TERMS.ofInstance(keyOf(instance))),
      newId,
      namesakes: () =>
        observed
          .find(TERMS.externalID(instance.spec.externalID ?? ''))
          .filter(({ metadata }) => metadata.uid !== instance.metadata.uid)
          .map(asInstance),
      ...(inputs === undefined ? {} : { inputs }),
    };
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
    const { next, retryAfterSeconds: wishSeconds } = outcome;
    if (next === 'poll') this.#polls.postpone(instance, now, { limits: OPERATION_POLLS, wishSeconds });
    else this.#polls.forget(instance.metadata.uid);
    if (next !== 'retry') this.#retries.forget(instance.metadata.uid);
    else this.#retries.postpone(instance, now, { limits: retryLimitsAfter(result), wishSeconds });
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
