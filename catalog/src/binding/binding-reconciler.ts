import type { KubeObject } from '@mesitis/kube';
import { gatherInputs } from '../instance/gather-inputs.js';
import type { Inputs } from '../instance/step.js';
import { withoutFinalizer } from '../model/finalizer.js';
import { BINDING_KIND, INSTANCE_KIND } from '../model/kinds.js';
import { asBinding, asInstance } from '../model/objects.js';
import type { BindingStatus, ServiceBinding } from '../model/objects.js';
import type { OsbResult } from '../osb/osb.js';
import type { Context, Reconciler } from '../runtime/context.js';
import { keyOf, refOfKey } from '../runtime/keys.js';
import { BROKER_RETRIES } from '../runtime/limits.js';
import type { CallOutcome } from '../runtime/outcome.js';
import { RetryLedger } from '../runtime/retry-ledger.js';
import { storeOutcome } from '../runtime/store-status.js';
import { decideBinding } from './decide-binding.js';
import {
  afterBindFailure,
  afterEjectionFailure,
  afterInjection,
  afterInjectionFailure,
  afterUnbind,
  grantedCredentials,
} from './outcomes.js';
import { ejectSecrets, injectSecret } from './secret-store.js';
import type { BindingCall, BindingWorld } from './step.js';

/** What a binding's call led to, for whichever version of the binding it is stored in. */
type OutcomeFor = (binding: ServiceBinding) => CallOutcome<BindingStatus>;

/** Takes the steps that {@link decideBinding} names, one after the other, until there is none to take now. */
export class BindingReconciler implements Reconciler {
  readonly #context: Context;
  readonly #retries = new RetryLedger(BROKER_RETRIES);

  constructor(context: Context) {
    this.#context = context;
  }

  async reconcile(key: string): Promise<number | undefined> {
    const { kube, observed } = this.#context;
    const { namespace, name } = refOfKey(key);
    let inputs: Inputs | undefined;
    for (;;) {
      const object = observed.get(BINDING_KIND, namespace, name);
      if (object === undefined) return undefined;
      const binding = asBinding(object);
      const step = decideBinding(binding, this.#world(binding, inputs));
      switch (step.type) {
        case 'idle':
          return undefined;
        case 'wait':
          return step.until;
        case 'gather':
          inputs = await gatherInputs(kube, binding);
          // Namespaces and Secrets are not watched: look again after a pause.
          if (!inputs.ok) this.#retries.postpone(binding, this.#context.clock.now());
          break;
        case 'update-object':
          await observed.update(step.object);
          break;
        case 'update-status':
          await observed.update({ ...binding, status: step.status }, { subresource: 'status' });
          break;
        case 'call':
          await this.#finish(binding, await this.#call(binding, step));
      }
    }
  }

  forget(uid: string | undefined): void {
    this.#retries.forget(uid);
  }

  #world(binding: ServiceBinding, inputs: Inputs | undefined): BindingWorld {
    const { catalog, clock, clusterId, newId, observed } = this.#context;
    const { metadata, spec } = binding;
    const instance: KubeObject | undefined = observed.get(
      INSTANCE_KIND,
      metadata.namespace,
      spec.instanceRef?.name ?? '',
    );
    return {
      now: clock.now(),
      retryAt: this.#retries.notBefore(binding),
      clusterId,
      catalog,
      instance: instance === undefined ? undefined : asInstance(instance),
      newId,
      ...(inputs === undefined ? {} : { inputs }),
    };
  }

  async #call(binding: ServiceBinding, call: BindingCall): Promise<OutcomeFor> {
    const { clock, kube } = this.#context;
    if (call.operation === 'Unbind') {
      const problem = await ejectSecrets(kube, binding);
      if (problem !== undefined) return (current) => afterEjectionFailure(current, problem, clock.now());
      const result = await this.#send(binding, call);
      return (current) => afterUnbind(current, call, result, clock.now());
    }
    const result = await this.#send(binding, call);
    const credentials = grantedCredentials(result);
    if (credentials === undefined) return (current) => afterBindFailure(current, call, result, clock.now());
    const injected = await injectSecret(kube, binding, credentials);
    return (current) =>
      injected.ok
        ? afterInjection(current, injected.secretName, clock.now())
        : afterInjectionFailure(current, injected.message, clock.now());
  }

  async #send(binding: ServiceBinding, call: BindingCall): Promise<OsbResult> {
    const { brokers, clock, log } = this.#context;
    const startedAt = clock.now();
    const result = await brokers.call(call.broker, call.request);
    log.info(
      {
        binding: keyOf(binding),
        operation: call.operation,
        broker: call.broker.metadata.name,
        result: result.type === 'answer' ? result.status : result.type,
        milliseconds: clock.now() - startedAt,
      },
      'broker called',
    );
    return result;
  }

  async #finish(binding: ServiceBinding, outcomeFor: OutcomeFor): Promise<void> {
    const { clock, events, observed } = this.#context;
    const outcome = outcomeFor(binding);
    if (outcome.next === 'retry') this.#retries.postpone(binding, clock.now(), outcome.retryAfterSeconds);
    else this.#retries.forget(binding.metadata.uid);
    const released = withoutFinalizer(binding);
    if (outcome.next === 'gone' && released.metadata.finalizers?.length === 0) {
      // With the last finalizer the object goes: nobody would read its status.
      if (outcome.event !== undefined) events.record(binding, outcome.event);
      await observed.update(released);
      return;
    }
    await storeOutcome(this.#context, { object: binding, read: asBinding, outcomeFor });
  }
}
