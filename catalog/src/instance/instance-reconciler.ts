import { INSTANCE_KIND } from '../model/kinds.js';
import { asInstance } from '../model/objects.js';
import type { ServiceInstance } from '../model/objects.js';
import { withoutFinalizer } from '../model/finalizer.js';
import type { Context, Reconciler } from '../runtime/context.js';
import { TERMS } from '../runtime/indexes.js';
import { keyOf, refOfKey } from '../runtime/keys.js';
import { BROKER_RETRIES, OPERATION_POLLS } from '../runtime/limits.js';
import { RetryLedger } from '../runtime/retry-ledger.js';
import { storeOutcome } from '../runtime/store-status.js';
import { decideInstance } from './decide-instance.js';
import { gatherInputs } from './gather-inputs.js';
import { afterInstanceCall } from './outcomes.js';
import type { Inputs, InstanceCall, InstanceWorld } from './step.js';

/** Takes the steps that {@link decideInstance} names, one after the other, until there is none to take now. */
export class InstanceReconciler implements Reconciler {
  readonly #context: Context;
  readonly #retries = new RetryLedger(BROKER_RETRIES);
  readonly #polls = new RetryLedger(OPERATION_POLLS);

  constructor(context: Context) {
    this.#context = context;
  }

  async reconcile(key: string): Promise<number | undefined> {
    const { kube, observed } = this.#context;
    const { namespace, name } = refOfKey(key);
    let inputs: Inputs | undefined;
    for (;;) {
      const object = observed.get(INSTANCE_KIND, namespace, name);
      if (object === undefined) return undefined;
      const instance = asInstance(object);
      const step = decideInstance(instance, this.#world(instance, inputs));
      switch (step.type) {
        case 'idle':
          return undefined;
        case 'wait':
          return step.until;
        case 'gather':
          inputs = await gatherInputs(kube, instance);
          // Namespaces and Secrets are not watched: look again after a pause.
          if (!inputs.ok) this.#retries.postpone(instance, this.#context.clock.now());
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
      ...(inputs === undefined ? {} : { inputs }),
    };
  }

  async #call(instance: ServiceInstance, call: InstanceCall): Promise<void> {
    const { brokers, clock, events, log, observed } = this.#context;
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
    this.#schedule(instance, outcome, now);
    const released = withoutFinalizer(instance);
    if (outcome.next === 'gone' && released.metadata.finalizers?.length === 0) {
      // With the last finalizer the object goes: nobody would read its status.
      if (outcome.event !== undefined) events.record(instance, outcome.event);
      await observed.update(released);
      return;
    }
    await storeOutcome(this.#context, {
      object: instance,
      read: asInstance,
      outcomeFor: (current) => afterInstanceCall(current, call, result, now),
    });
  }

  #schedule(instance: ServiceInstance, outcome: ReturnType<typeof afterInstanceCall>, now: number): void {
    if (outcome.next !== 'poll') this.#polls.forget(instance.metadata.uid);
    if (outcome.next !== 'retry') this.#retries.forget(instance.metadata.uid);
    if (outcome.next === 'poll') this.#polls.postpone(instance, now, outcome.retryAfterSeconds);
    if (outcome.next === 'retry') this.#retries.postpone(instance, now, outcome.retryAfterSeconds);
  }
}
